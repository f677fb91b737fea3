"""Logging in and out: wrong passwords delay further attempts, and only the page itself can log out."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

MOST_ADDRESSES = 1_000  # limits the memory that a flood of addresses can take


@dataclass(frozen=True, slots=True)
class Patience:
    """``free`` attempts without delay, then ``first`` seconds, doubling up to ``longest``."""

    free: int
    first: float
    longest: float

    def wait(self, tries: int) -> float:
        """Seconds between the last of ``tries`` attempts and the next."""
        return 0.0 if tries < self.free else min(self.first * 2.0 ** min(tries - self.free, 60), self.longest)


EACH = Patience(free=5, first=30, longest=3600)  # 5 guesses, then some 24 a day
ALL = Patience(free=50, first=1, longest=30)  # 50 guesses, then at most 2,880 a day, however many addresses guess
FORGOTTEN = 24 * 3600.0  # seconds after which failed attempts no longer count


@dataclass(slots=True)
class Tries:
    """Attempts without success, and the time of the latest."""

    count: int = 0
    last: float = -math.inf

    def wait(self, patience: Patience, now: float) -> float:
        """Seconds until the next attempt."""
        return max(0.0, self.last + patience.wait(self.count) - now)

    def add(self, now: float) -> None:
        """Count an attempt."""
        self.count, self.last = 1 if now - self.last > FORGOTTEN else self.count + 1, now


class Lockout:
    """Decides who has to wait before the next login attempt.

    An attempt counts when it starts, so that parallel ones gain nothing. An address that has logged in before does not
    wait because of others. At most ``MOST_ADDRESSES`` addresses are remembered.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._all = clock, Tries()
        self._each: OrderedDict[str, Tries] = OrderedDict()
        self._known: OrderedDict[str, Tries] = OrderedDict()

    def wait(self, address: str) -> float:
        """Seconds until the address may try, 0 if it may now."""
        now, network = self._clock(), network_of(address)
        own = self._each[network].wait(EACH, now) if network in self._each else 0.0
        return own if network in self._known else max(own, self._all.wait(ALL, now))

    def began(self, address: str) -> None:
        """Count an attempt."""
        now, network = self._clock(), network_of(address)
        self._all.add(now)
        self._each.setdefault(network, Tries()).add(now)
        _keep(self._each, network)

    def succeeded(self, address: str) -> None:
        """Discount the attempt, as it was no guess."""
        network = network_of(address)
        self._all.count = max(0, self._all.count - 1)
        self._known[network] = self._each.pop(network, Tries())
        _keep(self._known, network)


def _keep(remembered: OrderedDict[str, Tries], network: str) -> None:
    """Make a network the most recent; drops the oldest beyond the limit."""
    remembered.move_to_end(network)
    while len(remembered) > MOST_ADDRESSES:
        remembered.popitem(last=False)


def network_of(address: str) -> str:
    """The address, or its /64 network for IPv6, because one client holds 2**64 addresses; "" if it is invalid."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def tokens_of(request: Request) -> list[str]:
    """The valid login tokens in a request's cookies."""
    app = request.app
    held = [request.cookies.get(name, "") for name in cookies_of(request)]
    return [token for token in held if app.tokens.get(token) is not None]


def cookies_of(request: Request) -> tuple[str, str]:
    """The names of Gradio's login cookies."""
    id = request.app.cookie_id
    return f"access-token-{id}", f"access-token-unsecure-{id}"


def logged_in(request: Request) -> bool:
    """Whether the page needs no login, or this request has one."""
    return getattr(request.app, "auth", None) is None or bool(tokens_of(request))


def logout_route() -> Route:
    """The route that ends a login. It replaces Gradio's, which any link could trigger."""

    def logout(request: Request) -> Response:
        if request.method != "POST":
            return PlainTextResponse(
                "Log out with the button on the page.\n", status_code=405, headers={"allow": "POST"}
            )
        for token in tokens_of(request):
            request.app.tokens.pop(token, None)
        response = PlainTextResponse("Logged out.\n")
        for name in cookies_of(request):
            response.delete_cookie(name)
        return response

    return Route("/logout", logout, methods=["GET", "POST"])
