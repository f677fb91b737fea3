"""What ``pincite status`` prints for people."""

from __future__ import annotations

from pathlib import Path

import pytest
from embedder_fakes import FakeEmbedder

from index import builder
from index.builder import build
from index.documents import load
from index.folder_index import Index
from qa.commands.status import describe, facts, find, show_blocks, summary


@pytest.fixture
def opened(tmp_path: Path) -> Index:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "honey.md").write_text(
        "---\ndate: 2024-05-01\n---\n# How bees make honey, and why so much of it every year\n\nThey do.\n"
    )
    (articles / "bad.pdf").write_text("this is no PDF")
    build([articles], tmp_path / "index", FakeEmbedder(), load=load)
    return Index.open(tmp_path / "index")


def test_an_index_is_summed_up_in_lines_that_a_person_reads(opened: Index) -> None:
    lines = [*summary(opened, describe(opened))]
    assert lines[1].startswith("Articles   1 in 1 passages, built 20")
    assert any(line.startswith("  ") and "bad.pdf: " in line for line in lines)
    assert lines[-1].startswith("How bees make honey, and why so much of it ever…  md     2024-05-01  /")
    assert not any("(" in line and "'" in line for line in lines)  # no tuples, no quoted names


def test_how_far_the_vectors_are_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builder, "FEW", 0)
    (tmp_path / "a.txt").write_text("Bees make honey.")
    builder.begin([tmp_path / "a.txt"], tmp_path / "index", FakeEmbedder(), load=load)
    opened = Index.open(tmp_path / "index")
    report = describe(opened)
    assert report["without_vector"] == 1 and [line for line in summary(opened, report) if "Vectors" in line] == [
        "Vectors    exact, 64 dimensions; vectors for 0 of 1 passages, questions make those that they need, "
        "and `pincite index` the others"
    ]


def test_what_is_known_of_one_document_is_a_line_each(opened: Index) -> None:
    lines = [*facts(opened.documents[0])]
    assert "kind: md" in lines and "date: 2024-05-01" in lines


def test_how_a_document_was_understood_ends_with_what_is_not_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = b"<article><p>The caf\xe9 in Skela is open.</article><footer><p>All rights are ours.</footer><p hidden>No."
    (tmp_path / "ferry.html").write_bytes(page)
    build([tmp_path / "ferry.html"], tmp_path / "index", FakeEmbedder(), load=load)
    index = Index.open(tmp_path / "index")
    show_blocks(index, find(index, "ferry.html"), as_json=False)
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "2 blocks, 1 outside the main text",
        "warning: read as windows-1252, as it is not UTF-8",
        "not in the text: hidden elements (1)",
    ]
