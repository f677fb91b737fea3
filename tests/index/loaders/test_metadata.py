"""Authors and language: cleaned, limited, kept in the index, and shown."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pptx
import pytest
from embedder_fakes import FakeEmbedder

from eval.bench.store import specimens
from index.builder import build
from index.documents import load
from index.folder_index import Index
from index.loaders.metadata import authors, language, title
from index.storage.layout import record_of
from qa.commands.status import facts


def test_names_are_cleaned_divided_and_limited() -> None:
    said = (
        "A\u202e\x07  B; C;",
        "x" * 999,
        "C",
        "\ud800",
        "\u0633\u200c\u0645",
        *(f"N{number}" for number in range(30)),
    )
    assert authors(said) == ("A B", "C", "x" * 200, "\u0633\u200c\u0645", *(f"N{number}" for number in range(15)))
    assert authors([";".join(f"N{number}" for number in range(99))]) == tuple(f"N{number}" for number in range(20))
    assert authors(["", " ; "]) == ()


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("By Ana Müller", ("Ana Müller",)),
        ("Written by: Ana Müller, photographs by Bo Ek", ("Ana Müller",)),
        ("Ana Müller Edited by Bo Ek", ("Ana Müller",)),
        ("Ana Müller (https://a.org/ana)", ("Ana Müller",)),
        ("Ana Müller » Posted on Monday", ("Ana Müller",)),
        ("Byron Last", ("Byron Last",)),
        ("May Edison", ("May Edison",)),
        ("Last updated: 7 January 2025", ()),
        ("Follow Author", ()),
        ("anonymous;python-docx;Bo", ("Bo",)),
    ],
)
def test_an_author_is_a_name_without_what_stands_around_it(said: str, names: tuple[str, ...]) -> None:
    assert authors([said]) == names


@pytest.mark.parametrize(
    "said",
    ["Microsoft Word - report_2.docx", "PowerPoint Presentation", "untitled-1", "Document1", "scan.pdf", " ", None],
)
def test_what_a_program_writes_is_no_title(said: str | None) -> None:
    assert title(said) is None


def test_a_title_may_speak_of_programs() -> None:
    assert title("Microsoft Word  for sailors") == "Microsoft Word for sailors"


def test_a_file_of_a_library_states_neither_its_author_nor_its_date() -> None:
    document, show, buffer = docx.Document(), pptx.Presentation(), io.BytesIO()
    document.add_paragraph("Text.")
    document.save(buffer)
    content = load("docx", buffer.getvalue())
    assert (content.date, authors(content.authors)) == (None, ())
    show.slides.add_slide(show.slide_layouts[0]).shapes.title.text = "Ports"
    buffer = io.BytesIO()
    show.save(buffer)
    content = load("pptx", buffer.getvalue())
    assert (content.title, content.date, authors(content.authors)) == ("Ports", None, ())


@pytest.mark.parametrize(
    ("said", "tag"),
    [("en", "en"), (" pt-BR ", "pt"), ("ENG", "eng"), ("de,en", "de"), ("EN_us", "en")]
    + [(said, None) for said in ("English", "und", "", None)],
)
def test_a_language_is_a_primary_tag(said: str | None, tag: str | None) -> None:
    assert language(said) == tag


def test_they_are_kept_and_shown(tmp_path: Path, embedder: FakeEmbedder) -> None:
    (tmp_path / "a.md").write_text("---\nauthors: [Ana, Bo]\nlang: en-GB\n---\nThe river is wide.\n")
    (tmp_path / "b.txt").write_text("The river is deep.\n")
    build([tmp_path / "a.md", tmp_path / "b.txt"], tmp_path / "index", embedder, load=load)
    (tmp_path / "a.md").touch()
    (tmp_path / "b.txt").write_text("The river is cold.\n")
    build([tmp_path / "a.md", tmp_path / "b.txt"], tmp_path / "index", embedder, load=load)
    index = Index.open(tmp_path / "index")
    assert [(one.authors, one.language) for one in index.documents] == [(("Ana", "Bo"), "en"), ((), None)]
    shown = [*facts(index.documents[0])]
    assert "authors: Ana, Bo" in shown and "language: en" in shown and "kind: md" in shown
    assert not any(line.startswith(("authors", "language")) for line in facts(index.documents[1]))


def test_a_document_of_an_index_from_before_them_has_none() -> None:
    numbers = {name: 0 for name in ("body", "characters", "first_passage", "passages", "first_byte", "bytes")}
    words = {
        "name": "/a.txt",
        "title": "a",
        "sha256": "0",
        "kind": "txt",
        "date": None,
        "pages": [1],
        "warnings": ["x"],
    }
    record = record_of({**numbers, **words})
    assert (record.authors, record.language, record.pages, record.warnings) == ((), None, (1,), ("x",))


def test_a_passage_of_a_mailbox_stands_under_its_mail(tmp_path: Path, embedder: FakeEmbedder) -> None:
    (tmp_path / "box.mbox").write_bytes(specimens.mbox())
    build([tmp_path / "box.mbox"], tmp_path / "index", embedder, load=load)
    index = Index.open(tmp_path / "index")
    (passage,) = (one for one in index.passages if "From the river on." in one.text)
    assert (passage.heading, passage.title) == ("box - Re: The treaty", "box")
    assert index.document_text(passage.document)[passage.start : passage.end] == passage.text
