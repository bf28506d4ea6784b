"""Brings the assistant's own databases up to date, apart from serving: one job does it before the workers start."""

from __future__ import annotations

from collections.abc import Collection

from rasa.core.utils import AvailableEndpoints

from bot.conversations import ConversationSettings, create_engine
from bot.conversations.schema import SetUp
from bot.fast_path.agent import tracker_store
from bot.fast_path.pieces import Piece
from bot.settings import BotSettings


def migrate(settings: BotSettings, pieces: Collection[Piece]) -> None:
    """Bring conversations and tracker store to the newest schema.

    Raises:
        SettingsError: for settings that cannot be used.
        ConversationsUnavailable: if a database cannot be reached or changed.
        FastPathError: for a tracker store that the pieces do not suit.
    """
    engine = create_engine(ConversationSettings.read().database_url)
    SetUp(engine)()
    engine.dispose()
    tracker_store(AvailableEndpoints.read_endpoints(settings.endpoints).tracker_store, None, pieces)  # makes its tables
