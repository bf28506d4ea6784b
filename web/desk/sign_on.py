"""Single sign-on by OpenID Connect, through Authlib: code flow with PKCE, state and nonce."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from authlib.integrations.starlette_client import OAuth
from starlette.requests import Request

from web.desk.errors import Refused
from web.desk.settings import Oidc

logger = logging.getLogger(__name__)
FAILED = "Single sign-on did not work. Go back and try again, or sign in with a password."


@dataclass(frozen=True)
class Person:
    """Who the provider says it is: its own id of them, and the account's name where the provider vouches for it."""

    subject: str
    name: str | None


class SingleSignOn:
    """The provider of `DESK_OIDC_ISSUER`.

    Args:
        settings: where it is and what the desk is to it.
        back: the address that the browser comes back to.
    """

    def __init__(self, settings: Oidc, back: str) -> None:
        self._settings = settings
        self._back = back
        self._oauth = OAuth()
        self._client: Any = self._oauth.register(
            name="sso",
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            server_metadata_url=f"{settings.issuer}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256", "timeout": 10},
        )

    async def start(self, request: Request) -> tuple[str, dict[str, Any]]:
        """The provider's address to go to, and what must be found again when the browser comes back.

        Raises:
            Refused: if the provider cannot be reached.
        """
        request.scope["session"] = {}
        try:
            response = await self._client.authorize_redirect(request, self._back, prompt="select_account")
        except Exception as error:  # whatever it is: nobody is let in
            logger.error("single sign-on cannot begin: %s", type(error).__name__)
            raise Refused(FAILED, 502) from error
        return str(response.headers["location"]), dict(request.scope["session"])

    async def finish(self, request: Request, flow: dict[str, Any]) -> Person:
        """Who has come back; state, nonce, issuer, audience and signature are checked.

        Raises:
            Refused: if anything of it does not fit.
        """
        request.scope["session"] = flow
        try:
            token = await self._client.authorize_access_token(request)
            claims = dict(token["userinfo"])
        except Exception as error:  # whatever it is: nobody is let in
            logger.warning("single sign-on was refused: %s", type(error).__name__)
            raise Refused(FAILED, 403) from error
        audience = claims.get("aud")
        ours = self._settings.client_id in (audience if isinstance(audience, list) else [audience])
        if str(claims.get("iss", "")).rstrip("/") != self._settings.issuer or not ours or not claims.get("sub"):
            raise Refused(FAILED, 403)
        name = claims.get(self._settings.claim)
        vouched = isinstance(name, str) and (self._settings.claim != "email" or claims.get("email_verified") is True)
        return Person(f"{self._settings.issuer}|{claims['sub']}"[:400], str(name) if vouched else None)
