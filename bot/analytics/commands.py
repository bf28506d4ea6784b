"""Makes the consumer and the report from settings, and runs them."""

from __future__ import annotations

import asyncio
import datetime as dt

from bot.analytics.consumer import Consumer
from bot.analytics.report import report, since, written
from bot.analytics.settings import AnalyticsSettings
from bot.analytics.store import open_analytics
from bot.events.process import log, serve
from bot.events.settings import StreamSettings
from bot.settings import BotSettings


def consume(level: int) -> None:
    """Consume until interrupted.

    Args:
        level: from which lines the log is written.

    Raises:
        SettingsError: for settings that cannot be used.
        AnalyticsUnavailable: if the folder of an SQLite file cannot be made.
        OSError: if the port of health and metrics is taken.
    """
    settings, stream = BotSettings.read(), StreamSettings.read()
    log(settings, level)
    store = open_analytics(AnalyticsSettings.read())
    one = Consumer(stream, store)
    try:
        asyncio.run(serve(settings, one.run, {"analytics": store.ready, "rabbitmq": one.link.check}, "Counting events."))
    finally:
        store.close()


def tell(begin: str, form: str) -> str:
    """What was counted since a time, as text of a form.

    Raises:
        SettingsError: for settings that cannot be used.
        BadSince: for a time that is none.
        AnalyticsUnavailable: if the database cannot be read.
    """
    start = since(begin, dt.datetime.now(dt.timezone.utc).replace(tzinfo=None))
    store = open_analytics(AnalyticsSettings.read())
    try:
        return written(report(store, start), form)
    finally:
        store.close()
