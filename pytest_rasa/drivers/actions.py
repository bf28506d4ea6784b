"""Custom actions run in this process: Rasa calls them as it would call an action server, without the network."""

from __future__ import annotations

from typing import Any

from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor


class ActionsHere(EndpointConfig):
    """An action endpoint that is rasa-sdk's own executor.

    Args:
        package: a module or package of actions, as `rasa run actions --actions` takes it.
    """

    def __init__(self, package: str) -> None:
        super().__init__(url="in-process")
        self._executor = ActionExecutor()
        self._executor.register_package(package)

    async def request(self, method: str = "post", *args: Any, **kwargs: Any) -> Any:
        """Run the action that the body names.

        Raises:
            RasaException: if it is none of the package's, or fails.
        """
        try:
            return await self._executor.run(kwargs["json"])
        except Exception as error:
            raise RasaException(f"action '{kwargs['json'].get('next_action')}' failed: {error}") from error
