"""What guards every request: headers, whose request it is, where it comes from, where it may lead to."""

from __future__ import annotations

import hmac
import ipaddress
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.desk.errors import Refused
from web.desk.settings import DeskSettings

EMBED = "/embed"
MOST_BYTES, MOST_FIELDS = 256 * 1024, 300


def policy(path: str, settings: DeskSettings) -> str:
    """The content security policy of a path: no inline script or style, no frame but of the narrow desk where it is allowed."""
    framed = is_embed(path) and settings.embed_origins
    ancestors = " ".join(settings.embed_origins) if framed else "'none'"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
        f"base-uri 'none'; frame-ancestors {ancestors}"
    )


def is_embed(path: str) -> bool:
    """Whether it is a page of the narrow desk."""
    return path == EMBED or path.startswith(f"{EMBED}/")


class Headers:
    """Gives every answer the headers that tell browsers what they must not do.

    Args:
        app: what answers.
        settings: whether TLS is certain, and who may frame the narrow desk.
    """

    def __init__(self, app: ASGIApp, settings: DeskSettings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = policy(scope["path"], self._settings)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
                headers["Cross-Origin-Resource-Policy"] = "same-origin"
                if not (is_embed(scope["path"]) and self._settings.embed_origins):
                    headers["X-Frame-Options"] = "DENY"
                if self._settings.secure:
                    headers["Strict-Transport-Security"] = "max-age=31536000"
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, told)


def check_host(request: Request, settings: DeskSettings) -> None:
    """Make sure that the desk was called by its own name; other names may point here for no good reason.

    Raises:
        Refused: if it was not.
    """
    try:
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname
    except ValueError:
        host = None
    if host is None or host not in {name.strip("[]") for name in settings.hosts}:
        raise Refused("The desk does not answer to this name; see DESK_PUBLIC_URL.")


def check_origin(request: Request, settings: DeskSettings) -> None:
    """Make sure that a form was sent from the desk's own page.

    With Referrer-Policy: no-referrer browsers say `Origin: null` of a form, and the truth in Sec-Fetch-Site.

    Raises:
        Refused: if it was not, or nothing says so.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site != "same-origin":
            raise Refused("This form was sent from another site.", 403)
        return
    own = settings.public_url if settings.production else f"http://{request.headers.get('host', '')}"
    if request.headers.get("origin") not in {own, settings.public_url}:
        raise Refused("This form was sent from another site.", 403)


def same(given: str, wanted: str) -> bool:
    """Whether two secrets are the same; the time it takes tells nothing."""
    return bool(wanted) and hmac.compare_digest(given.encode("utf-8", "surrogateescape"), wanted.encode())


async def read_form(request: Request) -> list[tuple[str, str]]:
    """The fields of a form in order.

    Raises:
        Refused: for another kind of body, one that is too large, or text that is none.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Refused("Send this form as a browser does.", 415)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise Refused("The form is too large.", 413)
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise Refused("The form cannot be read; go back and send it again.") from error
    if any("\0" in name or "\0" in value for name, value in fields):
        raise Refused("The form has characters that are no text.")
    return [(name, value.replace("\r\n", "\n")) for name, value in fields]


def address(request: Request, settings: DeskSettings) -> str:
    """The client's address: what the innermost of our proxies says of it; an IPv6 client counts by its /64."""
    told = request.client.host if request.client else ""
    if settings.proxies:
        listed = [one.strip() for one in ",".join(request.headers.getlist("x-forwarded-for")).split(",") if one.strip()]
        told = listed[-settings.proxies] if len(listed) >= settings.proxies else told
    try:
        parsed = ipaddress.ip_address(told)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def local_path(wanted: str) -> str:
    """Where to go after signing in: a page of the desk, `/` for anything else."""
    sound = wanted.startswith("/") and not wanted.startswith("//") and wanted.isascii() and wanted.isprintable()
    if not sound or "\\" in wanted or ":" in wanted or len(wanted) > 300 or wanted.startswith("/sign-"):
        return "/"
    return wanted


def cookie_name(kind: str, settings: DeskSettings) -> str:
    """The name of a cookie; under TLS no other host can set one of this name."""
    return f"__Host-{kind}" if settings.secure else kind


def give_cookie(response: Response, kind: str, value: str, settings: DeskSettings, max_age: int | None = None) -> None:
    """Set a cookie: for this host alone, out of scripts' reach, not sent along from other sites but by a link."""
    response.set_cookie(cookie_name(kind, settings), value, max_age, path="/", secure=settings.secure, httponly=True, samesite="lax")


def take_cookie(response: Response, kind: str, settings: DeskSettings) -> None:
    """Have the browser forget a cookie."""
    response.delete_cookie(cookie_name(kind, settings), path="/", secure=settings.secure, httponly=True, samesite="lax")
