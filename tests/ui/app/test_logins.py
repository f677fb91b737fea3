"""Wrong passwords make the next ones wait, for one address and for all; logins begin and end where they should."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from page_fakes import FakeAssistant, FakeIndex

from ui.app.login_guard import LoginGuard
from ui.app.page import build_app, launch
from ui.server.serving import free_port
from ui.state.logins import ALL, EACH, FORGOTTEN, MOST_ADDRESSES, Lockout, Patience, network_of

RIGHT = {"username": "ana", "password": "right"}
WRONG = {"username": "ana", "password": "wrong"}


class Clock:
    """A time that is set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def guess(lockout: Lockout, address: str, times: int = 1) -> None:
    for _ in range(times):
        lockout.began(address)


def test_patience_doubles_up_to_its_end() -> None:
    patience = Patience(free=2, first=10, longest=60)
    assert [patience.wait(tries) for tries in range(7)] == [0, 0, 10, 20, 40, 60, 60]
    assert patience.wait(10**9) == 60


def test_an_address_waits_longer_and_longer(clock: Clock) -> None:
    lockout, waits = Lockout(clock), []
    for _ in range(14):
        waits.append(lockout.wait("10.0.0.1"))
        clock.now += waits[-1]
        lockout.began("10.0.0.1")
    assert waits == [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert lockout.wait("10.0.0.2") == 0
    clock.now += FORGOTTEN + 1
    guess(lockout, "10.0.0.1")
    assert lockout.wait("10.0.0.1") == 0


def test_a_login_takes_its_own_try_back_and_frees_its_address(clock: Clock) -> None:
    lockout = Lockout(clock)
    guess(lockout, "10.0.0.1", 4)
    lockout.began("10.0.0.1")
    assert lockout.wait("10.0.0.1") == EACH.first
    lockout.succeeded("10.0.0.1")
    guess(lockout, "10.0.0.1", 4)
    assert lockout.wait("10.0.0.1") == 0


def test_many_addresses_together_are_slowed_but_not_one_that_has_logged_in_before(clock: Clock) -> None:
    lockout = Lockout(clock)
    lockout.began("192.168.0.9")
    lockout.succeeded("192.168.0.9")
    for number in range(ALL.free + 20):
        lockout.began(f"10.0.0.{number}")
    assert lockout.wait("10.1.0.1") == ALL.longest == 30
    assert lockout.wait("192.168.0.9") == 0
    clock.now += 30
    assert lockout.wait("10.1.0.1") == 0


def test_a_day_of_guessing_from_everywhere_comes_to_few_guesses(clock: Clock) -> None:
    lockout, guesses, begun = Lockout(clock), 0, clock.now
    while clock.now < begun + 24 * 3600:
        address = f"10.{guesses // 65536}.{guesses // 256 % 256}.{guesses % 256}"
        clock.now += lockout.wait(address)
        lockout.began(address)
        guesses += 1
    assert guesses < 3000


def test_memory_is_bounded(clock: Clock) -> None:
    lockout = Lockout(clock)
    for number in range(3 * MOST_ADDRESSES):
        address = f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"
        lockout.began(address)
        lockout.succeeded(address)
        lockout.began(address)
    assert len(lockout._each) == len(lockout._known) == MOST_ADDRESSES
    assert all(len(network_of("x" * length)) == 0 for length in (0, 10**6))


def test_an_address_of_ipv6_is_its_network() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1") != network_of("2001:db8:0:1::1")
    assert network_of("::ffff:10.0.0.1") == network_of("10.0.0.1") == "10.0.0.1"
    assert network_of("not an address") == network_of("") == ""


def test_many_tries_at_once_are_no_way_round(clock: Clock) -> None:
    reached = 0

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        nonlocal reached
        reached += 1
        await asyncio.sleep(0.01)
        await send({"type": "http.response.start", "status": 400, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    guard, answers = LoginGuard(slow, lockout=Lockout(clock)), []

    async def send(message: Any) -> None:
        if "status" in message:
            answers.append((message["status"], dict(message["headers"]).get(b"retry-after")))

    async def all_at_once() -> None:
        scope = {"type": "http", "method": "POST", "path": "/login", "client": ("10.0.0.1", 5), "headers": []}
        await asyncio.gather(*(guard(scope, None, send) for _ in range(100)))  # type: ignore[arg-type]

    asyncio.run(all_at_once())
    assert reached == EACH.free
    assert answers.count((400, None)) == EACH.free and answers.count((429, b"30")) == 95


@pytest.fixture
def page(tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of a page that asks for a password."""
    (tmp_path / "dam.md").write_text("# The dam\n\nThe dam was built in 1962.\n")
    served = build_app(FakeAssistant(FakeIndex([tmp_path / "dam.md"]), {}), folder=tmp_path / "home")
    address = launch(served, port=free_port("127.0.0.1", 0), auth=("ana", "right"))
    with httpx.Client(base_url=address, timeout=30) as client:
        yield client
    served.close(verbose=False)


def config(client: httpx.Client, **options: Any) -> int:
    return client.get("/config", **options).status_code


def test_after_five_wrong_passwords_even_the_right_one_waits(page: httpx.Client) -> None:
    assert [page.post("/login", data=WRONG).status_code for _ in range(5)] == [400] * 5
    refused = page.post("/login", data=RIGHT)
    assert refused.status_code == 429 and 1 <= int(refused.headers["retry-after"]) <= 30
    assert re.fullmatch(r"Refused: too many wrong passwords; try again in \d+ seconds\.\n", refused.text)
    assert "After five wrong passwords" in page.get("/").text
    assert config(page) == 401


def test_a_login_ends_by_post_from_the_page_alone(page: httpx.Client) -> None:
    assert page.post("/login", data=RIGHT).status_code == 200 and config(page) == 200
    held = dict(page.cookies)
    assert page.get("/logout").status_code == page.head("/logout").status_code == 405
    assert page.post("/logout", headers={"origin": "http://evil.example"}).status_code == 403
    assert page.post("/logout", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert config(page) == 200
    assert page.post("/logout").status_code == 200
    assert config(page) == 401 and config(page, cookies=held) == 401


def test_logging_out_ends_no_other_login(page: httpx.Client) -> None:
    page.post("/login", data=RIGHT)
    with httpx.Client(base_url=page.base_url) as other:
        other.post("/login", data=RIGHT)
        other.post("/logout")
        assert config(other) == 401 and config(page) == 200


def test_a_login_that_somebody_else_chose_is_never_taken_up(page: httpx.Client) -> None:
    login = page.post("/login", data=WRONG)
    assert "set-cookie" not in login.headers
    names = [name for name in page.post("/login", data=RIGHT).cookies]
    page.cookies.clear()
    fixed = dict.fromkeys(names, "chosen-by-somebody-else")
    assert config(page, cookies=fixed) == 401
    given = page.post("/login", data=RIGHT, cookies=fixed).cookies
    assert given and "chosen-by-somebody-else" not in given.values()
    page.cookies.clear()
    assert config(page, cookies=fixed) == 401


def test_nothing_is_shown_or_done_without_a_login(page: httpx.Client) -> None:
    for path in ("/config", "/gradio_api/info", "/gradio_api/queue/data?session_hash=x"):
        assert page.get(path).status_code == 401, path
    for path in ("/pincite/report/x", f"/pincite/original/{'0' * 20}", "/pincite/conversation/x.md"):
        assert page.get(path).status_code == 401, path
    assert page.post("/gradio_api/call/ask", json={"data": ["When?", 3]}).status_code == 401
    page.get("/")
    assert page.post("/gradio_api/upload", files={"files": ("a.txt", b"a")}).status_code == 401
