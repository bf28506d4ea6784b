"""Shared by all tests."""

import os

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# Imported here because it must find the environment set.
import logging

from bot.__main__ import quiet
from bot.fast_path import prepare

prepare()  # before Rasa is imported, as `make run` does: half of the time to the first test goes into what is never used
quiet(logging.ERROR)

pytest_plugins = ["pytester", "pytest_rasa.plugin", "tests.talk", "tests.bench.plugin"]
