"""Limits what of the server is reachable: the page's own requests, and the public functions for programs.

Requests that change something need a token, which the page gets as a cookie. The token keeps out programs that never
opened the page. It is no password: anyone who may open the page gets it.
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
# What the page and gradio's client request; gradio serves much more.
REACHABLE = re.compile(
    r"/|/(assets|static)/.+|/(favicon\.ico|theme\.css|manifest\.json|robots\.txt|config/?|login/?|logout)|/pincite/.+|/gradio_api/"
    r"(app_id/?|info/?|login_check/?|startup-events|theme\.css|heartbeat/[^/]+|cancel|reset/?|upload|upload_progress"
    r"|queue/(join|data|status)|component_server/?|(run|api)/[^/]+/?|call/(v2/)?[^/]+(/[^/]+)?)"
)
HARMLESS = frozenset({f"{API}cancel", f"{API}reset", f"{API}reset/"})  # need an event id that only its owner knows
CALLS = re.compile(r"/gradio_api/(?:queue/join|(?:run|api|call|call/v2)/([^/]+)/?)")


class OwnPage:
    """Passes on the page's own requests, and calls by anyone of the functions in ``public`` (name to number).

    ``full`` returns why uploads are refused at the moment, or None.
    """

    def __init__(self, app: App, *, public: Mapping[str, int], full: Callable[[], str | None] = lambda: None) -> None:
        self.app, self.public, self.full = app, public, full
        self.token = secrets.token_urlsafe(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request; the page itself gets the token."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif REACHABLE.fullmatch(scope["path"]) is None:
            await refuse(send, Refusal(404, "there is no such page; open the address that pincite chat printed"))
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
                await refuse(send, Refusal(403, "only the page itself may request this; open it in a browser"))

    def is_public(self, path: str, body: bytes) -> bool:
        """Whether a request calls a public function: by number, which gradio looks at first, or by name."""
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
        """Whether a request needs no token: it changes nothing, or its route has its own check."""
        path = scope["path"]
        return scope["method"] in ("GET", "HEAD") or path in HARMLESS or not path.startswith(API)

    def _held(self, scope: Scope) -> bool:
        given = [
            cookie_parser(value.decode("latin-1")).get(_cookie(scope), "")
            for name, value in scope["headers"]
            if name.lower() == b"cookie"
        ]
        return any(hmac.compare_digest(one.encode(), self.token.encode()) for one in given)

    def _giving(self, scope: Scope, send: Send) -> Send:
        """A ``send`` that adds the token to the response."""
        cookie = f"{_cookie(scope)}={self.token}; Path=/; HttpOnly; SameSite=Strict"

        async def giving(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), (b"set-cookie", cookie.encode())]}
            await send(message)

        return giving


def _cookie(scope: Scope) -> str:
    """The cookie's name; it holds the port, because a browser sends cookies to every port of a host."""
    return f"pincite-page-{(scope.get('server') or ('', 0))[1]}"


async def whole(receive: Receive) -> bytes | None:
    """The complete body, whose size the guard limits; None if the client disconnected."""
    parts = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that starts with a body that was already read."""
    read = False

    async def again() -> Message:
        nonlocal read
        if read:
            return await receive()
        read = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
