"""Custom actions in a server of their own, with an end to waiting for it: Rasa waits five minutes."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

from bot.settings import SettingsError
from database.patience import SECONDS, patience

logger = logging.getLogger(__name__)
_PAUSE = 2.0
_TOO_SHORT = 0.05


class ActionServer(EndpointConfig):
    """The `action_endpoint` of endpoints.yml. After a wait for nothing the server is not asked for a moment, so that the next
    person has the line at once.

    Args:
        given: as read; `timeout` is how many seconds an action may take (1).

    Raises:
        SettingsError: for a timeout that is none.
    """

    def __init__(self, given: EndpointConfig) -> None:
        kept = dict(given.kwargs)
        timeout = kept.pop("timeout", SECONDS)
        try:
            self._seconds = float(timeout)
        except (TypeError, ValueError):
            self._seconds = 0.0
        if not 0.05 <= self._seconds <= 300:
            raise SettingsError(f"endpoints.yml: action_endpoint: timeout is '{timeout}'; give seconds from 0.05 to 300")
        parts = ("url", "params", "headers", "basic_auth", "token", "token_name", "cafile")
        super().__init__(**{part: getattr(given, part) for part in parts}, type=given.type, **kept)
        self._again_at = 0.0

    async def request(self, method: str = "post", *args: Any, **kwargs: Any) -> Any:
        """Have the server run an action (see Rasa's own).

        Raises:
            RasaException: if it gives no answer in time, or did not a moment ago.
        """
        begun, ours = time.monotonic(), patience()
        if begun < self._again_at:
            raise RasaException("the action server gave no answer a moment ago")
        left = max(0.0, self._seconds - (ours.spent if ours is not None else 0.0))
        if left < _TOO_SHORT:
            raise RasaException("there is no time left to ask the action server")
        try:
            return await asyncio.wait_for(super().request(method, *args, **kwargs), left)
        except asyncio.TimeoutError as error:
            self._again_at = time.monotonic() + _PAUSE
            logger.error("the action server gives no answer; it is asked again in %s s", _PAUSE)
            raise RasaException(f"the action server gave no answer within {left:.1f} s") from error
        finally:
            if ours is not None:
                ours.waited(time.monotonic() - begun)
