"""Custom actions run inside the server: Rasa calls them as it would call an action server, without the network."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor


class InProcessActions(EndpointConfig):
    """An action endpoint that is rasa-sdk's own executor.

    Args:
        actions: the actions to run, ready made.
    """

    def __init__(self, actions: Iterable[Action]) -> None:
        super().__init__(url="in-process", enable_selective_domain=True)
        self._executor = ActionExecutor()
        for action in actions:
            self._executor.register_action(action)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the actions that can be run."""
        return tuple(self._executor.actions)

    async def request(self, method: str = "post", *args: Any, **kwargs: Any) -> Any:
        """Run the action that the body names.

        Raises:
            RasaException: if it is not one of ours or fails.
        """
        try:
            return await self._executor.run(kwargs["json"])
        except Exception as error:
            raise RasaException(f"action '{kwargs['json'].get('next_action')}' failed: {error}") from error
