"""The doorkeeper, called as plain ASGI without a server."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ui.app.guard import HEADERS, LARGEST_BODY, POLICY, Guard, host_name, is_loopback, limit
from ui.state.incoming import LARGEST_UPLOAD


async def hello(scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-content-type-options", b"theirs")]})
    await send({"type": "http.response.body", "body": b"hello"})


def call(
    path: str = "/",
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    chunks: tuple[bytes, ...] = (b"",),
    guard: Guard | None = None,
) -> tuple[int, dict[str, str], bytes]:
    sent: list[Any] = []
    waiting = list(chunks)
    given = {"host": "127.0.0.1:7860"} | (headers or {})
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run((guard or Guard(hello))(scope, receive, send))
    answer = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], answer, sent[1]["body"]


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:7860", "LOCALHOST", "[::1]:7860", "127.0.0.2"])
def test_loopback_names_are_ours(host: str) -> None:
    assert call(headers={"host": host})[0] == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "192.168.1.5", "", "a b", "localhost@evil"])
def test_other_hosts_are_refused_on_loopback(host: str) -> None:
    status, _, body = call(headers={"host": host})
    assert status == 421
    assert b"host name" in body


def test_beyond_loopback_any_address_but_no_foreign_name_will_do() -> None:
    guard = Guard(hello, host="0.0.0.0", hosts=["library.lan"])
    assert call(headers={"host": "192.168.1.5:7860"}, guard=guard)[0] == 200
    assert call(headers={"host": "library.lan:7860"}, guard=guard)[0] == 200
    assert call(headers={"host": "evil.example:7860"}, guard=guard)[0] == 421


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1:7860", 200),
        ("https://127.0.0.1:7860", 200),
        ("http://127.0.0.1:9999", 403),
        ("http://evil.example", 403),
        ("null", 403),
        ("file://", 403),
        ("", 403),
    ],
)
def test_only_our_own_origin_may_ask(origin: str, status: int) -> None:
    assert call("/gradio_api/queue/join", method="POST", headers={"origin": origin})[0] == status


def test_a_cross_site_post_without_an_origin_is_refused() -> None:
    assert call(method="POST", headers={"sec-fetch-site": "cross-site"})[0] == 403
    assert call(method="POST", headers={"sec-fetch-site": "same-origin"})[0] == 200
    assert call(method="POST")[0] == 200  # a program


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=http://evil.example/x",
        "/gradio_api/file=HTTPS://evil.example/x",
        "/gradio_api/file= http://evil.example/x",
        "/gradio_api/file=//evil.example/x",
        "/gradio_api/file=ftp://evil.example",
        "/gradio_api/proxy=http://evil.example",
    ],
)
def test_nothing_is_fetched_for_others(path: str) -> None:
    assert call(path)[0] == 403


def test_a_local_file_path_is_left_to_the_page() -> None:
    assert call("/gradio_api/file=/tmp/gradio/a.txt")[0] == 200


def test_a_body_that_says_it_is_too_large_is_refused_unread() -> None:
    assert call(method="POST", headers={"content-length": str(LARGEST_BODY)})[0] == 200
    assert call(method="POST", headers={"content-length": str(LARGEST_BODY + 1)})[0] == 413
    assert call(method="POST", headers={"content-length": "-1"})[0] == 400
    assert call(method="POST", headers={"content-length": "x"})[0] == 400


def test_a_body_that_does_not_say_its_size_is_counted() -> None:
    half = b"x" * (LARGEST_BODY // 2)
    assert call(method="POST", chunks=(half, half))[0] == 200
    status, headers, _ = call(method="POST", chunks=(half, half, b"x"))
    assert status == 413
    assert headers["content-security-policy"] == POLICY


def test_uploads_may_be_larger() -> None:
    assert limit("/gradio_api/upload") == LARGEST_UPLOAD == 25 * 1024 * 1024
    assert limit("/gradio_api/upload_progress") == limit("/gradio_api/run/predict") == LARGEST_BODY == 64 * 1024
    assert call("/gradio_api/upload", method="POST", headers={"content-length": str(LARGEST_UPLOAD + 1)})[0] == 413


def test_every_answer_carries_the_security_headers_and_keeps_its_own() -> None:
    _, headers, body = call()
    assert body == b"hello"
    assert headers["x-content-type-options"] == "theirs"
    assert {name: headers[name] for name in HEADERS if name != "x-content-type-options"} == {
        name: value for name, value in HEADERS.items() if name != "x-content-type-options"
    }
    assert call(headers={"host": "evil.example"})[1]["x-frame-options"] == "DENY"


def test_websockets_are_closed() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Guard(hello)({"type": "websocket", "headers": []}, None, send))  # type: ignore[arg-type]
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_host_names() -> None:
    assert host_name("Example.ORG.:80") == "example.org"
    assert host_name("[2001:db8::1]:80") == "2001:db8::1"
    assert host_name("http://x") == ""
    assert is_loopback("::1") and is_loopback("127.9.9.9") and not is_loopback("0.0.0.0")


def test_a_stream_that_breaks_off_ends_and_other_errors_are_not_hidden() -> None:
    async def breaks(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("Caught handled exception, but response already started.")

    status, _, body = call("/gradio_api/queue/data", guard=Guard(breaks))
    assert (status, body) == (200, b"")
    with pytest.raises(RuntimeError):
        call("/gradio_api/queue/join", guard=Guard(breaks))
