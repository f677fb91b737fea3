"""Whatever a client of ``pincite mcp`` writes on a line is answered."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp.types import JSONRPCNotification, JSONRPCRequest

from ui.server.mcp_lines import LONGEST_LINE, Malformed, id_of, read_line, read_message

SERVER = """
from pathlib import Path
from page_fakes import FakeAssistant, FakeIndex
from ui.jobs.queue import Line
from ui.server.mcp_server import server_of
from ui.session.api import Programs
import sys
assistant = FakeAssistant(FakeIndex([Path(sys.argv[1])]), {"When was the dam built?": "1962"})
server_of(Programs(assistant, Line())).run("stdio")
"""
HELLO: dict[str, Any] = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "t", "version": "1"},
}

ROOT = Path(__file__).resolve().parents[3]


def refused(line: bytes) -> tuple[int, str, int | str | None]:
    with pytest.raises(Malformed) as caught:
        read_message(line)
    return caught.value.code, caught.value.reason, caught.value.id


@pytest.mark.parametrize(
    "line", [b"{", b"hello", b'{"id": 1,}', b"\xff\xfe{}", '{"id": 1}'.encode("utf-16"), b"[" * 100_000, b"\0"]
)
def test_what_is_no_json_is_a_parse_error_without_an_id(line: bytes) -> None:
    assert refused(line) == (-32700, "the line is not JSON in UTF-8", None)


@pytest.mark.parametrize(
    ("line", "id"),
    [
        (b'{"jsonrpc": "2.0", "id": 3, "method": 5}', 3),
        (b'{"jsonrpc": "1.0", "id": "a", "method": "ping"}', "a"),
        (b'{"jsonrpc": "2.0", "id": 4, "method": "ping", "params": [1]}', 4),
        (b'{"id": 6, "method": "ping"}', 6),
        (b'{"jsonrpc": "2.0", "id": 7}', 7),
        (b'[{"jsonrpc": "2.0", "id": 8, "method": "ping"}]', None),
        (b"{}", None),
        (b"17", None),
        (b'"text"', None),
        (b"null", None),
    ],
)
def test_json_that_is_no_request_is_refused_under_its_id(line: bytes, id: int | str | None) -> None:
    assert refused(line) == (-32600, "this is not a JSON-RPC 2.0 message", id)


@pytest.mark.parametrize("id", ["null", "1.5", "true", "[]", '"\\ud800"'])
def test_a_request_with_an_id_that_is_none_is_no_notification(id: str) -> None:
    line = f'{{"jsonrpc": "2.0", "id": {id}, "method": "ping"}}'.encode()
    assert refused(line) == (-32600, "the id must be a string or a whole number", None)


def test_half_a_character_is_refused_under_its_id() -> None:
    line = (
        rb'{"jsonrpc":"2.0","id":17,"method":"tools/call","params":{"name":"ask","arguments":{"question":"\ud800?"}}}'
    )
    assert refused(line) == (-32600, "the message contains an unpaired surrogate", 17)


def test_messages_are_read() -> None:
    request = read_message(b'{"jsonrpc": "2.0", "id": "x", "method": "ping"}\r\n')
    assert isinstance(request, JSONRPCRequest) and request.id == "x"
    said = read_message(b'{"jsonrpc": "2.0", "method": "notifications/initialized"}\n')
    assert isinstance(said, JSONRPCNotification)
    assert id_of({"id": 10**30}) == 10**30


def test_a_line_that_is_too_long_is_skipped_and_only_its_beginning_kept() -> None:
    lines = io.BytesIO(b"a" * (3 * LONGEST_LINE) + b"\n" + b"b" * (LONGEST_LINE - 1) + b"\nlast")
    first = read_line(lines)
    assert len(first) == LONGEST_LINE + 1
    assert refused(first) == (-32600, f"the line is longer than {LONGEST_LINE} bytes", None)
    assert [len(read_line(lines)), read_line(lines), read_line(lines)] == [LONGEST_LINE, b"last", b""]


@pytest.mark.slow
def test_every_line_is_answered_by_the_server_and_what_follows_is_served(tmp_path: Path) -> None:
    (tmp_path / "dam.md").write_text("# The dam\n\nThe dam was built in 1962.\n")

    def request(id: object, method: str, params: object = None) -> bytes:
        return json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": params or {}}).encode() + b"\n"

    def ask(id: object, question: object) -> bytes:
        return request(id, "tools/call", {"name": "ask", "arguments": {"question": question}})

    lines = [
        b"not json\n",
        b"\n",
        request(1, "initialize", HELLO),
        b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n',
        ask(2, "\ud800 when?"),
        b'{"jsonrpc": "2.0", "id": 3}\n',
        b"x" * (2 * LONGEST_LINE) + b"\n",
        ask(4, "When was the dam built?"),
        request(5, "no/such"),
        request(6, "tools/call", {"name": "none"}),
        ask(7, 5),
        request(8, "tools/call", 9),
        ask(9, " "),
        b'{"jsonrpc":"2.0","id":null,"method":"ping"}\n',
        *(request(100 + number, "ping") for number in range(50)),
    ]
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(tmp_path / "dam.md")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests" / "fakes")))},
    )
    assert server.stdin is not None and server.stdout is not None
    with server:
        server.stdin.write(b"".join(lines))
        server.stdin.flush()
        replies = [json.loads(server.stdout.readline()) for _ in range(len(lines) - 2)]
        server.stdin.close()
        assert server.stdout.read() == b"" and server.wait(30) == 0
    codes = sorted(one["error"]["code"] for one in replies if one["id"] is None)
    assert codes == [-32700, -32600, -32600]
    by_id = {one["id"]: one for one in replies if one["id"] is not None}
    assert set(by_id) == {*range(1, 10), *range(100, 150)}
    assert by_id[4]["result"]["structuredContent"]["answer"] == "1962"
    assert [by_id[id]["error"]["code"] for id in (2, 3, 5, 8)] == [-32600, -32600, -32601, -32600]
    assert all("error" in by_id[id] or by_id[id]["result"]["isError"] for id in (6, 7, 9))
