"""What can go wrong with locks.

rasa.core.lock_store.LockError
└── LockBusy            too many wait for a conversation, or one has waited too long
bot.settings.SettingsError
└── LockSettingsError   endpoints.yml asks for locks in a way that cannot be
"""

from __future__ import annotations

from rasa.core.lock_store import LockError

from bot.monitoring.metrics import LOCK_BUSY
from bot.settings import SettingsError


class LockBusy(LockError):
    """Too many messages wait for a conversation, or this one has waited too long: the person is told to wait."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        LOCK_BUSY.inc()


class LockSettingsError(SettingsError):
    """endpoints.yml asks for locks in a way that cannot be; the message names the option."""
