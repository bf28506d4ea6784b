"""An action server that gives no answer is not waited for."""

import asyncio
import time

import pytest
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

from bot.actions_over_http import ActionServer
from bot.settings import SettingsError
from tests.integration.services import hanging_actions


async def _refused(server: ActionServer) -> float:
    begun = time.monotonic()
    with pytest.raises(RasaException, match="gave no answer"):
        await server.request(json={})
    return time.monotonic() - begun


async def _twice(server: ActionServer) -> tuple[float, float]:
    return await _refused(server), await _refused(server)


def test_one_waits_and_the_next_does_not() -> None:
    with hanging_actions() as (port, asked):
        server = ActionServer(EndpointConfig(f"http://127.0.0.1:{port}/webhook", timeout=0.4))
        first, second = asyncio.run(_twice(server))
        assert asked.is_set()
    assert 0.3 < first < 1
    assert second < 0.1


@pytest.mark.parametrize("timeout", ["soon", 0, 1000])
def test_a_timeout_that_is_none_is_refused_by_name(timeout: object) -> None:
    with pytest.raises(SettingsError, match="action_endpoint: timeout is"):
        ActionServer(EndpointConfig("http://127.0.0.1/webhook", timeout=timeout))
