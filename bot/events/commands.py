"""Makes the relay from settings, and runs it."""

from __future__ import annotations

import asyncio

from bot.conversations import ConversationSettings, create_engine
from bot.conversations.streaming import Outbox
from bot.events.process import log, serve
from bot.events.relay import Relay
from bot.events.settings import StreamSettings
from bot.settings import BotSettings


def relay(level: int) -> None:
    """Relay until interrupted.

    Args:
        level: from which lines the log is written.

    Raises:
        SettingsError: for settings that cannot be used.
        OSError: if the port of health and metrics is taken.
    """
    settings, stream = BotSettings.read(), StreamSettings.read()
    log(settings, level)
    engine = create_engine(ConversationSettings.read().database_url, pool_size=2)
    outbox = Outbox(engine)
    one = Relay(stream, outbox)
    try:
        asyncio.run(serve(settings, one.run, {"conversations": outbox.measure, "rabbitmq": one.link.check}, "Relaying events."))
    finally:
        engine.dispose()
