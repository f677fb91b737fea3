"""Whoever holds connections, streams and places in the queue does not keep the page from answering others."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from page_fakes import FakeAssistant, FakeIndex

from ui.app.page import SESSIONS, build_app, launch
from ui.server.serving import free_port

pytestmark = pytest.mark.slow
PATIENCE = 60.0  # seconds, on a machine that does much else; alone it takes one or two
HELD, STREAMS, ASKED = 500, 1_000, 120


class Site:
    """A page whose slow questions wait for the gate."""

    def __init__(self, folder: Path) -> None:
        (folder / "dam.md").write_text("# The dam\n\nThe dam was built in 1962.\n")
        self.gate = threading.Event()
        slow = {f"Slow {number}?": self.gate for number in range(ASKED)}
        assistant = FakeAssistant(FakeIndex([folder / "dam.md"]), {"When?": "1962"}, slow=slow)
        self.port = free_port("127.0.0.1", 0)
        self.page = build_app(assistant, folder=folder / "home")
        self.client = httpx.Client(base_url=launch(self.page, port=self.port), timeout=PATIENCE)

    def ask(self, question: str) -> str:
        return str(self.client.post("/gradio_api/call/ask", json={"data": [question, 3]}).json()["event_id"])

    def answer(self, question: str) -> str:
        """What comes back; the page itself is looked at, too, and all of it within the patience."""
        began = time.monotonic()
        assert self.client.get("/").status_code == 200
        said = self.client.get(f"/gradio_api/call/ask/{self.ask(question)}").text
        assert time.monotonic() - began < PATIENCE
        return said

    def hold(self, request: str) -> socket.socket:
        """A connection on which a request, or a part of one, was sent."""
        held = socket.create_connection(("127.0.0.1", self.port))
        held.sendall(request.replace("\n", "\r\n").replace("HOST", f"127.0.0.1:{self.port}").encode())
        return held


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    served = Site(tmp_path)
    yield served
    served.gate.set()
    served.client.close()
    served.page.close(verbose=False)


def test_requests_that_never_end_and_streams_that_stay_open_keep_nobody_out(site: Site) -> None:
    post = "POST /gradio_api/call/ask HTTP/1.1\nHost: HOST\nContent-Type: application/json\nContent-Length: 60000\n"
    with ExitStack() as held:
        for number in range(HELD):  # in the middle of the headers, or of the body
            held.enter_context(site.hold(post + ("X-A: b\n" if number % 2 else "\n{")))
        assert '"answer": "1962"' in site.answer("When?")
        for number in range(STREAMS):
            for path in (f"heartbeat/s{number}", f"queue/data?session_hash=s{number}"):
                held.enter_context(site.hold(f"GET /gradio_api/{path} HTTP/1.1\nHost: HOST\n\n"))
        assert '"answer": "1962"' in site.answer("When?")


def test_a_full_queue_says_so_at_once_and_empties(site: Site) -> None:
    for number in range(ASKED):
        site.ask(f"Slow {number}?")
    refused = site.answer("When?")
    assert "already waiting. Ask again in a moment." in json.loads(refused.partition("data: ")[2])["error"]
    site.gate.set()
    until = time.monotonic() + PATIENCE
    while '"answer": "1962"' not in site.answer("When?"):
        assert time.monotonic() < until


def test_programs_that_ask_again_and_again_leave_no_sessions_behind(site: Site) -> None:
    for _ in range(SESSIONS + 5):
        assert '"answer": "1962"' in site.answer("When?")
    assert len(site.page.state_holder.session_data) <= SESSIONS
