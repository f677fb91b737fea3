"""What only the page may use is refused to whoever lacks its token, and most of gradio is not there at all."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from page_fakes import FakeAssistant, FakeFolder, FakeIndex

from ui.app.own_page import REACHABLE, OwnPage, whole
from ui.app.page import Page, build_app, launch
from ui.jobs.lazy_assistant import Loading
from ui.jobs.library import Library
from ui.server.serving import by_path, free_port, open_to

WHEN = "When was the dam built?"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[httpx.Client, Page]]:
    """A client of a page to which articles can be added."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "dam.md").write_text("# The dam\n\nThe dam was built in 1962.\n")
    folder = FakeFolder([tmp_path / "articles"], {WHEN: "1962"})
    assistant = Loading(folder.open)
    assistant.wait()
    library = Library(assistant, folder.rebuild, tmp_path / "home" / "uploads", by_path=True)  # type: ignore[arg-type]
    page = build_app(assistant, folder=tmp_path / "home", library=library)
    address = launch(page, port=free_port("127.0.0.1", 0))
    with httpx.Client(base_url=address, timeout=30) as client:
        yield client, page
    page.close(verbose=False)


def act(client: httpx.Client, page: Page, name: str, **values: str) -> httpx.Response:
    [component] = [id for id, block in page.blocks.items() if getattr(block, "elem_id", None) == "pincite"]
    body = {"data": [name, values], "component_id": component, "fn_name": "act", "session_hash": "s"}
    return client.post("/gradio_api/component_server/", json=body)


def test_what_the_page_does_is_refused_without_the_token_and_works_with_it(served: tuple[httpx.Client, Page]) -> None:
    client, page = served
    assert [fn for fn in page.fns.values() if fn.api_visibility != "public"] == []
    assert act(client, page, "update").status_code == 403
    cookie = client.get("/").headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    assert act(client, page, "update").status_code == 200
    client.cookies = httpx.Cookies({name: "wrong" for name in client.cookies})
    assert act(client, page, "update").status_code == 403


def test_a_folder_by_path_is_the_pages_own_business(served: tuple[httpx.Client, Page], tmp_path: Path) -> None:
    client, page = served
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "s.txt").write_text("Secret.")
    assert act(client, page, "add-path", value=str(tmp_path / "secret")).status_code == 403
    client.get("/")
    assert act(client, page, "add-path", value=str(tmp_path / "secret")).json() == {}


def test_an_upload_needs_the_token_and_waits_where_nobody_else_may_look(served: tuple[httpx.Client, Page]) -> None:
    client, page = served
    files = {"files": ("a.txt", b"One.")}
    assert client.post("/gradio_api/upload", files=files).status_code == 403
    assert list(page.incoming.folder.iterdir()) == []
    client.get("/")
    [kept] = client.post("/gradio_api/upload", files=files).json()
    assert Path(kept).read_bytes() == b"One." and page.incoming.folder in Path(kept).parents
    assert stat.S_IMODE(page.incoming.folder.stat().st_mode) == 0o700
    page.incoming.most = 3
    refused = client.post("/gradio_api/upload", files=files)
    assert refused.status_code == 507 and "uploads are still being processed" in refused.text
    page.close(verbose=False)
    assert not page.incoming.folder.exists()


def test_programs_need_no_token(served: tuple[httpx.Client, Page]) -> None:
    client, _ = served
    begun = client.post("/gradio_api/call/ask", json={"data": [WHEN, 3]})
    assert begun.status_code == 200 and "set-cookie" not in begun.headers
    said = client.get(f"/gradio_api/call/ask/{begun.json()['event_id']}").text
    assert '"answer": "1962"' in said


@pytest.mark.parametrize(
    "path",
    ["/gradio_api/file=/etc/hostname", "/gradio_api/deep_link", "/gradio_api/token",
     "/gradio_api/process_recording", "/gradio_api/vibe-edit", "/monitoring", "/gradio_api/stream/a/b/c/playlist.m3u8",
     "/gradio_api/dev/reload", "/gradio_api/runs", "/gradio_api/proxy=x", "/upload", "/docs", "/openapi.json", "/svelte/x"],
)  # fmt: skip
def test_what_the_page_does_not_use_is_not_there(path: str) -> None:
    assert REACHABLE.fullmatch(path) is None


def request(app: OwnPage, path: str, body: bytes = b"", **headers: str) -> int:
    sent: list[Any] = []
    given = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": path, "headers": given, "server": ("127.0.0.1", 7860)}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return int(sent[0]["status"])


async def echo(scope: Any, receive: Any, send: Any) -> None:
    await send(
        {"type": "http.response.start", "status": 200 if await whole(receive) is not None else 500, "headers": []}
    )


def test_a_call_counts_as_public_only_if_gradio_would_see_it_so() -> None:
    app = OwnPage(echo, public={"ask": 3, "search": 4})

    def join(**fields: object) -> int:
        return request(app, "/gradio_api/queue/join", json.dumps(fields).encode())

    assert join(fn_index=3) == 200
    assert [join(fn_index=wrong) for wrong in (0, "3", 3.0, True, None, [3], -1)] == [403] * 7
    assert join() == 403
    assert request(app, "/gradio_api/run/ask", b'{"data": []}') == 200
    assert request(app, "/gradio_api/run/ask", b'{"fn_index": 0}') == 403  # the number counts, not the name
    assert request(app, "/gradio_api/queue/join", b'{"fn_index": 3, "fn_index": 0}') == 403  # of two the last counts
    assert request(app, "/gradio_api/call/ask", b"{}") == request(app, "/gradio_api/call/v2/ask", b"{}") == 200
    assert request(app, "/gradio_api/call/answer", b"{}") == 403
    for broken in (b"", b"[]", b"\xff", b"[" * 50_000, b'{"fn_index": 3'):
        assert request(app, "/gradio_api/queue/join", broken) == 403


def test_the_token_is_that_of_the_port() -> None:
    app = OwnPage(echo, public={})
    held, other = f"a=1; pincite-page-7860={app.token}", f"pincite-page-7861={app.token}"
    assert request(app, "/gradio_api/upload", cookie=held) == 200
    assert request(app, "/gradio_api/upload", cookie=other) == request(app, "/gradio_api/upload", cookie="") == 403
    assert request(app, "/gradio_api/upload", cookie="pincite-page-7860=ü") == 403
    assert OwnPage(echo, public={}).token != app.token


def test_who_may_use_a_page_without_a_password_is_said(tmp_path: Path) -> None:
    assistant = Loading(lambda: FakeAssistant(FakeIndex([]), {}))
    library = Library(assistant, lambda roots, progress: None, tmp_path / "uploads", by_path=True)
    keep = "To keep others out, set a password with --user and --password."
    assert open_to("127.0.0.1", library) == (
        "Anyone who can log in to this computer can ask questions here and read the articles, add and remove articles, "
        f"and index, and so read, any file that you can read. {keep}"
    )
    library.by_path = False
    assert open_to("0.0.0.0", library).startswith(
        "Anyone who can reach this computer can ask questions here and read the articles, and add and remove articles."
    )
    assert open_to("::1", None) == (
        f"Anyone who can log in to this computer can ask questions here and read the articles. {keep}"
    )


def test_folders_can_be_named_on_this_machine_alone_unless_it_is_allowed_or_forbidden() -> None:
    assert [by_path(host, None) for host in ("127.0.0.1", "::1", "localhost")] == [True] * 3
    assert [by_path(host, None) for host in ("0.0.0.0", "::", "192.168.0.5", "library.lan")] == [False] * 4
    assert by_path("0.0.0.0", True) and not by_path("127.0.0.1", False)
