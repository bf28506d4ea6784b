"""Single sign-on against a small real OpenID provider on localhost, and what it must refuse: mixed-up state and nonce, forged tokens."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from tests.integration.desk import PASSWORD, Browser, RunningDesk
from web.desk.lockout import FREE_FLOWS

CLIENT, SECRET = "the-desk", "a secret of the tests"


class Provider:
    """A provider that signs in whoever `person` says, by code flow with PKCE, with RS256 tokens."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
        self.codes: dict[str, dict[str, str]] = {}
        self.person: dict[str, Any] = {"sub": "42", "email": "ann@hospital.example", "email_verified": True}
        self.lies: dict[str, Any] = {}
        self.signs_with = self.key
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = urlsplit(self.path)
                if path.path == "/authorize":
                    asked = {name: values[0] for name, values in parse_qs(path.query).items()}
                    code = secrets.token_urlsafe(16)
                    provider.codes[code] = asked
                    self.send_response(302)
                    self.send_header("Location", f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")
                    self.end_headers()
                    return
                self._tell({"/.well-known/openid-configuration": provider.configuration, "/keys": provider.keys}[path.path]())

            def do_POST(self) -> None:
                sent = {name: values[0] for name, values in parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()).items()}
                basic = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '%20')}".encode()).decode()
                plain = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
                asked = provider.codes.pop(sent.get("code", ""), None)
                challenge = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
                if self.headers["Authorization"] not in {basic, plain} or asked is None or asked["code_challenge"] != challenge:
                    self._tell({"error": "invalid_grant"}, 400)
                    return
                token = {"access_token": "x", "token_type": "Bearer", "id_token": provider.id_token(asked["nonce"])}
                self._tell(token)

            def _tell(self, told: Any, status: int = 200) -> None:
                body = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def configuration(self) -> dict[str, Any]:
        at = self.issuer
        return {
            "issuer": at,
            "authorization_endpoint": f"{at}/authorize",
            "token_endpoint": f"{at}/token",
            "jwks_uri": f"{at}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def keys(self) -> Any:
        return KeySet([self.key]).as_dict(private=False)

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce, **self.person, **self.lies}
        return str(jwt.encode({"alg": "RS256", "kid": "k1"}, claims, self.signs_with))

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def provider() -> Iterator[Provider]:
    one = Provider()
    yield one
    one.close()


@pytest.fixture
def desk(tmp_path: Path, loaded: Path, provider: Provider) -> Iterator[RunningDesk]:
    settings = {"DESK_OIDC_ISSUER": provider.issuer, "DESK_OIDC_CLIENT_ID": CLIENT, "DESK_OIDC_CLIENT_SECRET": SECRET}
    running = RunningDesk(tmp_path, loaded, **settings)
    running.desk.accounts.create("ann@hospital.example", "curator", "test", sign_on=True)
    yield running
    running.stop()


def _callback(browser: Browser, back: str = "/") -> str:
    """Begin, and let the provider send the browser back: the address it is sent to."""
    start = browser.get(f"/sign-in/single?{urlencode({'next': back})}")
    assert start.status_code == 303, start.text
    asked = parse_qs(urlsplit(start.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["nonce"][0]
    assert asked["prompt"] == ["select_account"]  # on a shared machine the provider asks who it is
    return str(browser.get(start.headers["location"]).headers["location"])


def test_who_has_an_account_signs_in_and_is_known_by_the_providers_own_id_from_then_on(desk: RunningDesk, provider: Provider) -> None:
    browser = desk.browser()
    assert "single sign-on" in browser.page("/sign-in")
    back = browser.get(_callback(browser, "/handoffs"))
    assert (back.status_code, back.headers["location"]) == (303, "/handoffs")
    assert "ann@hospital.example" in browser.page("/own")
    provider.person = {"sub": "42", "email": "ann.lee@hospital.example", "email_verified": True}  # married
    again = desk.browser()
    assert again.get(_callback(again)).status_code == 303
    assert "ann@hospital.example" in again.page("/own")
    provider.person = {"sub": "43", "email": "ann@hospital.example", "email_verified": True}  # another of that name
    other = desk.browser()
    assert other.get(_callback(other)).status_code == 403


@pytest.mark.parametrize(
    "person",
    [
        {"sub": "7", "email": "stranger@hospital.example", "email_verified": True},
        {"sub": "7", "email": "ann@hospital.example", "email_verified": False},
        {"sub": "7", "email": "ann@hospital.example"},
        {"sub": "7", "email": "ann@hospital.example", "email_verified": "true"},
        {"sub": "7"},
    ],
)
def test_nobody_gets_in_without_an_account_or_by_an_address_that_is_not_verified(
    desk: RunningDesk, provider: Provider, person: dict[str, Any]
) -> None:
    provider.person = person
    browser = desk.browser()
    assert browser.get(_callback(browser)).status_code == 403
    assert browser.get("/").status_code == 303


def test_what_another_browser_began_is_refused(desk: RunningDesk) -> None:
    victim, attacker = desk.browser(), desk.browser()
    stolen = _callback(attacker)
    assert victim.get(stolen).status_code == 403  # began nothing
    _callback(victim)
    assert victim.get(stolen).status_code == 403  # began something else: the state does not fit
    assert victim.get("/").status_code == 303


def test_a_way_back_is_good_once_and_for_ten_minutes(desk: RunningDesk) -> None:
    browser = desk.browser()
    back = _callback(browser)
    assert browser.get(back).status_code == 303
    fresh = desk.browser()
    assert fresh.get(back).status_code == 403
    late = desk.browser()
    back = _callback(late)
    desk.clock.ahead += dt.timedelta(minutes=11)
    assert late.get(back).status_code == 403


@pytest.mark.parametrize(
    "lies",
    [
        {"nonce": "of another sign-in"},
        {"aud": "another client"},
        {"aud": "another client", "azp": CLIENT},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"sub": ""},
    ],
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(desk: RunningDesk, provider: Provider, lies: dict[str, Any]) -> None:
    provider.lies = lies
    browser = desk.browser()
    assert browser.get(_callback(browser)).status_code == 403
    assert browser.get("/").status_code == 303


def test_a_token_signed_by_another_key_is_refused(desk: RunningDesk, provider: Provider) -> None:
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
    browser = desk.browser()
    assert browser.get(_callback(browser)).status_code == 403


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?error=access_denied&state=x", "?code=x&state=x", "?code=%00&state=%0d%0a"])
def test_a_way_back_that_was_made_up_is_refused(desk: RunningDesk, query: str) -> None:
    browser = desk.browser()
    assert browser.get(f"/sign-in/back{query}").status_code == 403
    _callback(browser)
    assert browser.get(f"/sign-in/back{query}").status_code == 403


def test_a_closed_account_and_a_provider_that_is_gone(desk: RunningDesk, provider: Provider) -> None:
    admin, account = desk.browser("admin"), desk.desk.accounts.named("ann@hospital.example")
    assert account is not None
    admin.page("/accounts")
    admin.submit(f"/accounts/{account.id}", role="curator", sign_on="yes")
    browser = desk.browser()
    assert browser.get(_callback(browser)).status_code == 403
    back = _callback(browser)
    provider.close()
    assert browser.get(back).status_code == 403


@pytest.mark.parametrize("claim", ["email", "preferred_username"])
@pytest.mark.parametrize(
    ("name", "told"),
    [("boss", "boss"), ("kim", "\u212aim"), ("kim", "KIM\u200b"), ("link-only", "link-only"), ("with-password", "with-password")],
)
def test_an_account_that_is_not_meant_for_it_is_nobodys_to_claim(
    tmp_path: Path, loaded: Path, provider: Provider, claim: str, name: str, told: str
) -> None:
    settings = {"DESK_OIDC_ISSUER": provider.issuer, "DESK_OIDC_CLIENT_ID": CLIENT, "DESK_OIDC_CLIENT_SECRET": SECRET}
    running = RunningDesk(tmp_path, loaded, **settings, DESK_OIDC_CLAIM=claim)
    running.desk.accounts.create("boss", "admin", "test")
    running.desk.accounts.create("kim", "reviewer", "test", sign_on=True)
    running.desk.accounts.create("link-only", "staff", "test")
    running.account("with-password", "staff")
    provider.person = {"sub": "66", claim: told, "email_verified": True}
    browser = running.browser()
    assert browser.get(_callback(browser)).status_code == 403
    account = running.desk.accounts.named(name)
    assert account is not None
    assert not account.bound
    # Who is meant is let in, an admin as well where another admin said so.
    admin = running.browser("admin")
    admin.page("/accounts")
    admin.submit(f"/accounts/{account.id}", role=account.role, active="yes", sign_on="yes")
    provider.person = {"sub": "67", claim: name, "email_verified": True}
    assert browser.get(_callback(browser)).status_code == 303
    assert name in browser.page("/own")
    running.stop()


def test_an_account_of_single_sign_on_has_no_password_and_gets_none(desk: RunningDesk) -> None:
    browser = desk.browser()
    browser.get(_callback(browser))
    assert "have no password here" in browser.page("/own")
    assert browser.submit("/own/password", new=PASSWORD, again=PASSWORD).status_code == 403
    account, admin = desk.desk.accounts.named("ann@hospital.example"), desk.browser("admin")
    assert account is not None
    assert not account.has_password
    # Marked later, an account loses its password; no longer marked, what bound it.
    desk.account("old", "staff")
    old = desk.desk.accounts.named("old")
    assert old is not None
    admin.page("/accounts")
    admin.submit(f"/accounts/{old.id}", role="staff", active="yes", sign_on="yes")
    assert desk.browser().sign_in("old").status_code == 401
    admin.page("/accounts")
    admin.submit(f"/accounts/{account.id}", role="curator", active="yes")
    assert browser.get(_callback(browser)).status_code == 403


def test_sign_ins_that_are_begun_and_never_ended_are_slowed(desk: RunningDesk, provider: Provider) -> None:
    browser = desk.browser()
    for _ in range(3):  # those that end are none
        browser.get(_callback(browser))
    for _ in range(FREE_FLOWS + 1):
        assert browser.get("/sign-in/single").status_code == 303
    assert browser.get("/sign-in/single").status_code == 429
    desk.clock.ahead += dt.timedelta(seconds=3)
    assert browser.get("/sign-in/single").status_code == 303
