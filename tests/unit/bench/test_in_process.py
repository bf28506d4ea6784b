"""A bot that cannot be loaded is told by what is missing."""

from pathlib import Path

import pytest

from pytest_rasa import DriverFailed
from pytest_rasa.drivers.in_process import InProcess


def test_no_model(tmp_path: Path) -> None:
    with pytest.raises(DriverFailed, match="no trained model; train one with `rasa train`"):
        InProcess.load(tmp_path / "models", tmp_path / "endpoints.yml")


def test_no_actions(tmp_path: Path) -> None:
    with pytest.raises(DriverFailed, match="conversation_actions names 'actions_nowhere', which cannot be imported"):
        InProcess.load(tmp_path / "models", tmp_path / "endpoints.yml", "actions_nowhere")
