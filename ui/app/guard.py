"""ASGI middleware that guards the page: who may talk to it, how large a body may be, and security headers.

Any web site that the user visits can reach a page on loopback: through a host name that it points here (so the Host
header is checked), or by posting blindly (so Origin is checked). The size limits apply whatever the page checks.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any

from ui.state.incoming import LARGEST_UPLOAD

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LARGEST_BODY = 64 * 1024  # bytes; a question has at most 1,000 characters
STREAM = "/gradio_api/queue/data"
UPLOAD_PATHS = ("/gradio_api/upload", "/upload")

# Gradio runs the page's own script by ``new Function``, which needs 'unsafe-eval'.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "frame-src 'none'; object-src 'none'; form-action 'none'; base-uri 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}

# Gradio would fetch these for anyone: file= with a scheme or a protocol-relative address, and proxy=.
_FETCHES = re.compile(r"/file=[\s/]*(?:[a-z][a-z0-9+.-]*:|//)|/file=\s*//|/proxy=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is refused."""

    status: int
    reason: str
    wait: int = 0  # seconds until the client may try again


class TooLarge(Exception):
    """The body exceeded its limit while it was being read."""


class Guard:
    """Passes permitted requests on to ``app``. ``hosts`` are additional names of this server."""

    def __init__(self, app: App, *, host: str = "127.0.0.1", hosts: Iterable[str] = ()) -> None:
        self.app = app
        self.loopback_only = is_loopback(host)
        self.hosts = frozenset({"localhost", host.lower(), *(name.lower() for name in hosts)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request, limit its body, and add the security headers."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        elif refusal := self.refusal(scope):
            await refuse(send, refusal)
        else:
            await self._pass_on(scope, receive, send)

    def refusal(self, scope: Scope) -> Refusal | None:
        """Why the headers or the path make a request inadmissible, or None."""
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if not self._ours(headers.get("host", "")):
            return Refusal(421, "this server has another host name; open the address that pincite chat printed")
        if not _same_origin(headers, scope["method"]):
            return Refusal(403, "requests from other sites are refused")
        if _FETCHES.search(scope["path"]):
            return Refusal(403, "this server fetches no other addresses")
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit():
            return Refusal(400, "the length of the body is not a number")
        if int(length) > limit(scope["path"]):
            return Refusal(413, f"the body is larger than {limit(scope['path'])} bytes")
        return None

    def _ours(self, header: str) -> bool:
        """Whether a Host header names this server. Beyond loopback any address will do: unlike a name, an address
        cannot be pointed elsewhere.
        """
        name = host_name(header)
        if name in self.hosts or is_loopback(name):
            return bool(name)
        return not self.loopback_only and _address(name) is not None

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the app, counting the body and completing the headers."""
        most, taken, started = limit(scope["path"]), 0, False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise TooLarge
            return message

        async def completed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message = {**message, "headers": _completed(message.get("headers", ()))}
            await send(message)

        try:
            await self.app(scope, counted, completed)
        except TooLarge:
            if started:
                raise
            await refuse(send, Refusal(413, f"the body is larger than {most} bytes"))
        except RuntimeError:  # Gradio finds in the midst of a stream that it does not know who asks
            if not started or scope["path"] != STREAM:
                raise
            await send({"type": "http.response.body", "body": b""})


def limit(path: str) -> int:
    """The largest body for a path, in bytes."""
    return LARGEST_UPLOAD if path.rstrip("/") in UPLOAD_PATHS else LARGEST_BODY


def host_name(header: str) -> str:
    """The host in a Host header or origin: lower case, without port or brackets; "" if malformed."""
    match = re.fullmatch(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?", header.strip().lower())
    return (match.group(1) or match.group(2)).rstrip(".") if match else ""


def is_loopback(host: str) -> bool:
    """Whether a host is localhost or a loopback address."""
    address = _address(host)
    return host.lower() == "localhost" or (address is not None and address.is_loopback)


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _same_origin(headers: MutableMapping[str, str], method: str) -> bool:
    """Whether a request comes from our own page, or from no page at all."""
    origin = headers.get("origin")
    if origin is not None:
        scheme, _, authority = origin.partition("://")
        return scheme in ("http", "https") and authority.lower() == headers.get("host", "").strip().lower()
    return method in ("GET", "HEAD") or headers.get("sec-fetch-site", "none") in ("none", "same-origin")


def _completed(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Response headers plus the security headers that they lack."""
    present = {name.decode("latin-1").lower() for name, _ in headers}
    ours = [(name.encode(), value.encode()) for name, value in HEADERS.items() if name not in present]
    return [*headers, *ours]


async def refuse(send: Send, refusal: Refusal) -> None:
    """Respond with the reason as text."""
    body = f"Refused: {refusal.reason}.\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    if refusal.wait:
        headers.append((b"retry-after", str(refusal.wait).encode()))
    await send({"type": "http.response.start", "status": refusal.status, "headers": _completed(headers)})
    await send({"type": "http.response.body", "body": body})
