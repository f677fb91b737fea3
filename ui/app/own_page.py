"""What of the server only the page itself may use: programs have the named interface, and there is nothing else.

Everything that changes something is asked for with a token that the page gets as a cookie. It keeps out what never opened
the page; it is no password, as whoever may open the page has it.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Callable, Mapping

from starlette.requests import cookie_parser

from ui.app.guard import UPLOAD_PATHS, App, Message, Receive, Refusal, Scope, Send, refuse

API = "/gradio_api/"
# What the page and gradio's client ask for; gradio serves much more.
REACHABLE = re.compile(
    r"/|/(assets|static)/.+|/(favicon\.ico|theme\.css|manifest\.json|robots\.txt|config/?|login/?|logout)|/pincite/.+|/gradio_api/"
    r"(app_id/?|info/?|login_check/?|startup-events|theme\.css|heartbeat/[^/]+|cancel|reset/?|upload|upload_progress"
    r"|queue/(join|data|status)|(run|api)/[^/]+/?|call/(v2/)?[^/]+(/[^/]+)?)"
)
HARMLESS = frozenset({f"{API}cancel", f"{API}reset", f"{API}reset/"})  # name an event that only who began it knows
CALLS = re.compile(r"/gradio_api/(?:queue/join|(?:run|api|call|call/v2)/([^/]+)/?)")


class OwnPage:
    """Passes on what the page needs, and calls of the functions in ``public`` (numbers by names) from whoever calls.

    ``full`` says why no upload may arrive now, None if one may.
    """

    def __init__(self, app: App, *, public: Mapping[str, int], full: Callable[[], str | None] = lambda: None) -> None:
        self.app, self.public, self.full = app, public, full
        self.token = secrets.token_urlsafe(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request; the page itself gets the token."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif REACHABLE.fullmatch(scope["path"]) is None:
            await refuse(send, Refusal(404, "there is nothing here"))
        elif self._free(scope) or self._held(scope):
            if scope["path"] in UPLOAD_PATHS and (reason := self.full()):
                await refuse(send, Refusal(507, reason))
            else:
                await self.app(scope, receive, self._giving(scope, send) if scope["path"] == "/" else send)
        else:
            body = await whole(receive) if CALLS.fullmatch(scope["path"]) else b""
            if body is not None and self.is_public(scope["path"], body):
                await self.app(scope, _again(body, receive), send)
            else:
                await refuse(send, Refusal(403, "only the page itself may ask for this; open it in a browser"))

    def is_public(self, path: str, body: bytes) -> bool:
        """Whether a call is one of a public function: by its number, which gradio looks at first, else by its name."""
        call = CALLS.fullmatch(path)
        try:
            value = json.loads(body) if call else None
        except (ValueError, RecursionError):
            return False
        if call is None or not isinstance(value, dict):
            return False
        number = value.get("fn_index")
        if number is None or "/call/" in path:  # a call by name alone
            return call[1] in self.public
        return type(number) is int and number in self.public.values()

    def _free(self, scope: Scope) -> bool:
        """Whether a request needs no token: it only looks, or has rules of its own."""
        path = scope["path"]
        return scope["method"] in ("GET", "HEAD") or path in HARMLESS or not path.startswith(API)

    def _held(self, scope: Scope) -> bool:
        """Whether a request brings the token."""
        given = [
            cookie_parser(value.decode("latin-1")).get(_cookie(scope), "")
            for name, value in scope["headers"]
            if name.lower() == b"cookie"
        ]
        return any(hmac.compare_digest(one.encode(), self.token.encode()) for one in given)

    def _giving(self, scope: Scope, send: Send) -> Send:
        """Send that adds the token to the page."""
        cookie = f"{_cookie(scope)}={self.token}; Path=/; HttpOnly; SameSite=Strict"

        async def giving(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), (b"set-cookie", cookie.encode())]}
            await send(message)

        return giving


def _cookie(scope: Scope) -> str:
    """The name of the cookie: browsers give one port the cookies of all."""
    return f"pincite-page-{(scope.get('server') or ('', 0))[1]}"


async def whole(receive: Receive) -> bytes | None:
    """A body, whose size the guard limits; None if the client has gone."""
    parts = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """Receive that begins with a body that was read already."""
    read = False

    async def again() -> Message:
        nonlocal read
        if read:
            return await receive()
        read = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
