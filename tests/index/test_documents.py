"""Finding files and reading one: names, reasons, sizes, links."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from index import documents
from index.documents import UnreadableDocument, find_files, page_at, read_document


def reason(path: Path) -> str:
    with pytest.raises(UnreadableDocument) as caught:
        read_document(path)
    return caught.value.reason


def test_a_document_is_its_file(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes("\ufeffOne.\r\nTwo e\u0301 \U0001f600.".encode())
    document = read_document(path)
    with open(document.name, encoding="utf-8", newline="") as file:
        assert file.read() == document.text
    assert document.name == str(path.resolve())
    assert document.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (document.title, document.kind, document.body, document.page_at(3)) == ("note", "txt", 1, None)


def test_authors_and_language_are_cleaned(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    names = [f"N{number}" for number in range(30)]
    path.write_text(
        f'---\nauthors: ["A\\u202e\\x07  B; C", "{"x" * 999}", C, {", ".join(names)}]\nlang: EN_us\n---\nText.\n'
    )
    document = read_document(path)
    assert document.authors == ("A B", "C", "x" * 200, *names[:17])
    assert document.language == "en"


def test_half_a_character_in_a_title_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text('---\ntitle: "\\ud800One\\n two"\n---\nText.\n')
    assert read_document(tmp_path / "a.md").title == "?One two"


def test_a_relative_path_is_named_absolutely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.md").write_text("# T\n\nText.\n")
    monkeypatch.chdir(tmp_path)
    assert read_document(Path("a.md")).name == str(tmp_path.resolve() / "a.md")


@pytest.mark.parametrize(("offset", "page"), [(0, 1), (9, 1), (10, 2), (29, 3), (500, 3)])
def test_page_at(offset: int, page: int) -> None:
    assert page_at((0, 10, 20), offset) == page


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b" \r\n\t ", "empty: it holds no text"),
        ("a.md", b"---\ntitle: x\n---\n", "empty: it holds no text"),
        ("a.xyz", b"x", "unknown file type .xyz"),
        ("a", b"x", "no file type in its name"),
        ("a.txt", b"a\0b", "holds NUL bytes, so it is not plain text"),
        ("a.docx", b"nonsense", "damaged: it is not a Word document"),
        ("a.pdf", b"nonsense", "damaged: it cannot be opened as PDF"),
        ("a.html", b"<script>x</script>", "empty: it holds no text"),
    ],
)
def test_reasons(tmp_path: Path, name: str, data: bytes, expected: str) -> None:
    (tmp_path / name).write_bytes(data)
    assert reason(tmp_path / name) == expected


@pytest.mark.parametrize("size", [documents.LARGEST_FILE + 1, 300_000_000, 2**40])
def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, size: int) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(size)
    assert reason(path) == "larger than 50 MB"


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert reason(tmp_path / "pipe.txt") == "not a regular file"
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    assert reason(tmp_path / "gone.txt") == "a link to a file that is gone"
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    assert reason(tmp_path / "loop.txt") == "a link to a file that is gone"


def test_find_files_is_sorted_recursive_and_without_hidden_files_and_readme(tmp_path: Path) -> None:
    for name in ("b.txt", "a/c.md", "a/README.md", ".hidden.txt", ".git/x.txt", "a/d.xyz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    found = find_files([tmp_path, tmp_path / "b.txt", tmp_path / "a"])
    assert [path.relative_to(tmp_path.resolve()).as_posix() for path in found] == ["a/c.md", "a/d.xyz", "b.txt"]
    assert find_files([tmp_path / "a" / "README.md"]) == [(tmp_path / "a" / "README.md").resolve()]


def test_find_files_names_a_missing_path(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="missing: no such file or folder"):
        find_files([tmp_path, tmp_path / "missing"])


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.txt").write_text("x")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a")
    assert [path.name for path in find_files([tmp_path])] == ["x.txt"]


def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.txt")
    path.write_text("Text.")
    assert reason(path) == "its name is not UTF-8"
