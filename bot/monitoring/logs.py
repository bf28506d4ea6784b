"""Logs as JSON, one object a line: for machines, without people in them."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from bot.monitoring.requests import REQUEST_ID, scrubbed

_Event = MutableMapping[str, Any]
_NAMES = ("rasa", "rasa_sdk", "apscheduler", "sanic.root", "sanic.error", "matplotlib", "bot", "knowledge")


def _request(_: Any, __: str, event: _Event) -> _Event:
    identifier = REQUEST_ID.get()
    return {**event, "request_id": identifier} if identifier else event


def _scrub(_: Any, __: str, event: _Event) -> _Event:
    return {key: _clean(value) for key, value in event.items()}


def _clean(value: Any) -> Any:
    """The value without what was said, whatever shape it has."""
    if isinstance(value, str):
        return scrubbed(value)
    if isinstance(value, dict):
        return {scrubbed(str(key)): _clean(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(one) for one in value]
    return value if value is None or isinstance(value, (bool, int, float)) else scrubbed(str(value))


def log_as_json(level: int) -> None:
    """Have everything that this process logs written as JSON to standard error.

    Args:
        level: from which lines are written; `DEBUG` would let Rasa write down what people say, and is not for this.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.StackInfoRenderer(),
    ]
    told = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _request,
            _scrub,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(told)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _NAMES:
        logging.getLogger(name).setLevel(level)
    for name in ("spacy", "sanic.access"):  # `bot.monitoring.http` tells of requests
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    no_other_handlers()
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(max(level, logging.ERROR))  # they speak to developers
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )


def no_other_handlers() -> None:
    """Take away the handlers that libraries gave their own loggers, at import; what they log is written as all else."""
    for logger in list(logging.root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger) and logger.handlers:
            logger.handlers, logger.propagate = [], True
