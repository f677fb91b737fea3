"""Reading in another process: the same content, and every limit costs one document."""

from __future__ import annotations

import json
import os
import signal
import time
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest
from document_fakes import docx_of, pdf_of
from embedder_fakes import FakeEmbedder

from index import documents, sandbox
from index.blocks import Block, Structure
from index.builder import build
from index.folder_index import Unreadable
from index.loaders.text import Overtaxed, UnreadableContent
from index.sandbox import Sandbox

PACKED = b64encode(Structure.of([Block(0, 99)]).pack()).decode()  # a block beyond the text
DEEP = "A text with e\u0301, \U0001f600 and \u4e2d\u6587.\r\nAnd more."


def test_the_content_is_the_same_as_when_read_here() -> None:
    files = {
        "txt": DEEP.encode(),
        "md": b"---\ndate: 2023-11-15\n---\n# One\n\nText.\n",
        "html": b"<title>T</title><h1>One</h1><p>Text.",
        "pdf": pdf_of("First.", "", title="A report"),
        "docx": docx_of(("Top", 1), ("Text.", 0)),
    }
    with Sandbox() as box:
        for kind, data in files.items():
            assert box.load(kind, data) == documents.load(kind, data), kind


def test_a_reason_comes_through_and_the_process_goes_on() -> None:
    with Sandbox() as box:
        with pytest.raises(UnreadableContent, match="NUL") as caught:
            box.load("txt", b"a\0b")
        assert not isinstance(caught.value, Overtaxed)
        process = box._process
        assert box.load("txt", b"Text.").text == "Text." and box._process is process


@pytest.mark.slow
def test_what_takes_too_long_is_stopped_and_the_next_is_read() -> None:
    with Sandbox(seconds=1.0) as box:
        assert box.load("txt", b"Text.").text == "Text."
        assert box._process is not None
        os.kill(box._process.pid, signal.SIGSTOP)
        began = time.monotonic()
        with pytest.raises(Overtaxed, match="longer than 1 s"):
            box.load("txt", b"Text.")
        assert time.monotonic() - began < 10
    with Sandbox() as box:
        box.load("txt", b"Text.")
        assert box._process is not None
        os.kill(box._process.pid, signal.SIGKILL)
        box._process.wait()
        assert box.load("txt", b"Again.").text == "Again."


@pytest.mark.slow
def test_what_takes_too_much_memory_is_refused_and_the_next_is_read() -> None:
    with Sandbox(memory=200 * 1024**2) as box:
        with pytest.raises(UnreadableContent):
            box.load("html", b"<p>x" * 3_000_000)
        assert box.load("txt", b"Text.").text == "Text."


def test_a_hostile_file_costs_one_document(
    tmp_path: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox.Sandbox.__init__, "__defaults__", (60.0, 200 * 1024**2))
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "a.txt").write_text("Apples.")
    (tmp_path / "a" / "b.html").write_bytes(b"<p>x" * 3_000_000)
    (tmp_path / "a" / "c.txt").write_text("Cats.")
    report = build([tmp_path / "a"], tmp_path / "index", embedder)
    assert report.documents == 2 and [Path(bad.name).name for bad in report.unreadable] == ["b.html"]


def test_a_reader_that_breaks_down_is_tried_again_next_time(tmp_path: Path, embedder: FakeEmbedder) -> None:
    (tmp_path / "a").mkdir()
    for name in ("a.txt", "b.txt"):
        (tmp_path / "a" / name).write_text(f"{name}.")
        os.utime(tmp_path / "a" / name, (1, 1))

    def broken(kind: str, data: bytes) -> documents.Content:
        if data == b"b.txt.":
            raise Overtaxed("its reader broke down")
        return documents.load(kind, data)

    report = build([tmp_path / "a"], tmp_path / "index", embedder, load=broken)
    assert report.unreadable == (Unreadable(str(tmp_path / "a" / "b.txt"), "its reader broke down"),)
    assert build([tmp_path / "a"], tmp_path / "index", embedder).documents == 2


@pytest.mark.parametrize(
    "change",
    [
        {"body": 99},
        {"pages": [99]},
        {"headings": [{}]},
        {"pages": 1},
        {"headings": [[0, 1, "x", 2]]},
        {"authors": 1},
        {"structure": "AAAA"},
        {"structure": PACKED},
        {"omitted": [{}]},
    ],
)
def test_an_answer_that_makes_no_sense_is_refused(change: dict[str, object]) -> None:
    said = {
        "text": "Text.",
        "title": None,
        "date": None,
        "body": 0,
        "headings": [],
        "pages": [],
        "warnings": [],
        "authors": [],
        "language": None,
        "structure": None,
        "publisher": None,
        "url": None,
        "omitted": [],
    }
    assert sandbox._content(json.dumps(said).encode()) == replace(documents.load("txt", b"Text."), title=None)
    with pytest.raises(UnreadableContent, match="no sensible answer"):
        sandbox._content(json.dumps({**said, **change}).encode())
    with pytest.raises(UnreadableContent, match="no sensible answer"):
        sandbox._content(b"not JSON\n")
