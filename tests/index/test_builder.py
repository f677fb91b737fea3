"""Bringing an index in step: what is added, changed, removed, kept, doubled and not readable."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from embedder_fakes import FakeEmbedder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import builder
from index.builder import plan
from index.documents import load
from index.encoder.embedder import SentenceEmbedder
from index.folder_index import Duplicate, Index, Making, Unreadable, verify
from index.loaders.text import Content
from index.search.bm25 import terms
from index.storage import generations
from index.update.report import BuildReport, NothingToIndex, Renamed

# Read in this process: starting another for each index would take most of the time.
build, begin = partial(builder.build, load=load), partial(builder.begin, load=load)
index_in_memory = partial(builder.index_in_memory, load=load)


ROOT = Path(__file__).resolve().parents[2]


def names(paths: tuple[str, ...]) -> list[str]:
    return [Path(path).name for path in paths]


def test_the_first_build_adds_everything(articles: Path, tmp_path: Path, embedder: FakeEmbedder) -> None:
    seen: list[tuple[int, int, str]] = []
    report = build([articles], tmp_path / "index", embedder, progress=lambda *step: seen.append(step))
    a, b = str(articles / "a.txt"), str(articles / "b.md")
    assert report == BuildReport((a, b), (), (), (), (), (), (), documents=2, passages=2)
    assert seen == [(1, 2, a), (2, 2, b)]
    assert Index.open(tmp_path / "index").settings.roots == (str(articles),)


def test_nothing_changed_writes_and_embeds_nothing(articles: Path, tmp_path: Path, embedder: FakeEmbedder) -> None:
    build([articles], tmp_path / "index", embedder)
    embedder.embedded.clear()
    report = build([articles], tmp_path / "index", embedder)
    assert names(report.unchanged) == ["a.txt", "b.md"] and not (report.added or report.changed or report.removed)
    assert embedder.embedded == [] and generations.generations(tmp_path / "index") == ["gen-00000001"]


def test_added_changed_and_removed(articles: Path, tmp_path: Path, embedder: FakeEmbedder) -> None:
    (articles / "c.txt").write_text("Cats sleep.")
    build([articles], tmp_path / "index", embedder)
    embedder.embedded.clear()
    (articles / "a.txt").write_text("Apples are green.")
    (articles / "c.txt").unlink()
    (articles / "d.txt").write_text("Dogs bark.")
    report = build([articles], tmp_path / "index", embedder)
    assert [names(part) for part in (report.added, report.changed, report.removed, report.unchanged)] == [
        ["d.txt"], ["a.txt"], ["c.txt"], ["b.md"],
    ]  # fmt: skip
    assert embedder.embedded == ["a\nApples are green.", "d\nDogs bark."]
    index = Index.open(tmp_path / "index")
    assert [passage.text for passage in index.passages] == ["Apples are green.", "Bees make honey.", "Dogs bark."]
    expected = embedder.embed(["a\nApples are green.", "Bees\nBees make honey.", "d\nDogs bark."])
    assert np.array_equal(index.contents.vectors, expected)


def test_one_folder_is_brought_in_step_and_the_others_stay(
    articles: Path, tmp_path: Path, embedder: FakeEmbedder
) -> None:
    other, place = tmp_path / "other", tmp_path / "index"
    other.mkdir()
    (other / "twice.txt").write_text("Cats sleep.")
    (other / "cats.txt").write_text("Cats sleep.")
    (other / "bad.xyz").write_bytes(b"\0")
    build([articles, other], place, embedder)
    for folder in (articles, other):
        (folder / "new.txt").write_text(f"New in {folder.name}.")
    (articles / "a.txt").write_text("Apples are green.")
    for name in ("cats.txt", "twice.txt"):
        (other / name).write_text(f"Other {name}.")
    report = begin([articles, other], place, embedder, only=articles)
    assert names(report.added) == ["new.txt"] and names(report.changed) == ["a.txt"] and not report.removed
    index = Index.open(place)
    assert index.document_text(str(other / "cats.txt")) == "Cats sleep."
    assert names(tuple(one.name for one in (*index.unreadable, *index.duplicates))) == ["bad.xyz", "twice.txt"]
    for file in other.iterdir():
        file.unlink()
    other.rmdir()  # a drive that is not there
    assert begin([articles, other], place, embedder, only=articles).away == ()
    assert str(other / "cats.txt") in [record.name for record in Index.open(place).documents]


def test_a_renamed_document_keeps_its_vectors(articles: Path, tmp_path: Path, embedder: FakeEmbedder) -> None:
    build([articles], tmp_path / "index", embedder)
    embedder.embedded.clear()
    (articles / "b.md").rename(articles / "bees.md")
    report = build([articles], tmp_path / "index", embedder)
    assert report.renamed == (Renamed(str(articles / "bees.md"), str(articles / "b.md")),)
    assert (report.added, report.removed, embedder.embedded) == ((), (), [])
    assert [document.name for document in Index.open(tmp_path / "index").documents][1] == str(articles / "bees.md")


def test_an_edit_embeds_only_the_passages_that_it_touches(tmp_path: Path, embedder: FakeEmbedder) -> None:
    path = tmp_path / "a.md"
    path.write_text("# One\n\nFirst.\n\n# Two\n\nSecond.\n")
    build([path], tmp_path / "index", embedder)
    embedder.embedded.clear()
    path.write_text("# One\n\nFirst, and longer.\n\n# Two\n\nSecond.\n")
    build([path], tmp_path / "index", embedder)
    assert embedder.embedded == ["One\nFirst, and longer."]


def test_the_same_bytes_are_indexed_once(articles: Path, tmp_path: Path, embedder: FakeEmbedder) -> None:
    (articles / "copy.txt").write_text("Apples are red.")
    report = build([articles], tmp_path / "index", embedder)
    doubled = (Duplicate(str(articles / "copy.txt"), str(articles / "a.txt")),)
    assert (report.duplicates, report.documents) == (doubled, 2)
    assert Index.open(tmp_path / "index").duplicates == doubled
    (articles / "a.txt").unlink()
    report = build([articles], tmp_path / "index", embedder)
    moved = (Renamed(str(articles / "copy.txt"), str(articles / "a.txt")),)
    assert (report.renamed, report.added, report.removed, report.duplicates) == (moved, (), (), ())


def test_bad_files_are_named_and_stop_nothing(articles: Path, tmp_path: Path, embedder: FakeEmbedder) -> None:
    for name, data in (("0.pdf", b"no"), ("b.docx", b"PK"), ("c.txt", b""), ("d.xyz", b"x"), ("e.md", b"# Only\n")):
        (articles / name).write_bytes(data)
    report = build([articles], tmp_path / "index", embedder)
    assert report.unreadable == (
        Unreadable(str(articles / "0.pdf"), "damaged: it cannot be opened as PDF"),
        Unreadable(str(articles / "b.docx"), "damaged: it is not a Word document"),
        Unreadable(str(articles / "c.txt"), "empty"),
        Unreadable(str(articles / "d.xyz"), "unknown file type .xyz"),
        Unreadable(str(articles / "e.md"), "empty: it holds no text besides headings"),
    )
    assert report.documents == 2
    assert Index.open(tmp_path / "index").unreadable == report.unreadable


def test_a_text_that_would_take_too_long_to_cut_is_named(
    articles: Path, tmp_path: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builder, "LARGEST_TEXT", 1_000_000)
    (articles / "c.txt").write_text("x" * 1_000_001)
    report = build([articles], tmp_path / "index", embedder)
    assert report.unreadable == (Unreadable(str(articles / "c.txt"), "its text is longer than 1 million characters"),)


def test_a_loader_that_fails_in_any_way_stops_nothing(articles: Path, tmp_path: Path, embedder: FakeEmbedder) -> None:
    def fail(kind: str, data: bytes) -> Content:
        if kind == "txt":
            raise RecursionError
        return load(kind, data)

    report = build([articles], tmp_path / "index", embedder, load=fail)
    assert report.unreadable == (Unreadable(str(articles / "a.txt"), "damaged: RecursionError while reading it"),)


def test_a_missing_path_leaves_the_index_as_it_was(articles: Path, tmp_path: Path, embedder: FakeEmbedder) -> None:
    build([articles], tmp_path / "index", embedder)
    with pytest.raises(FileNotFoundError, match="missing: no such file or folder"):
        build([articles, tmp_path / "missing"], tmp_path / "index", embedder)
    assert Index.open(tmp_path / "index").generation == "gen-00000001" and verify(tmp_path / "index") == []


def test_nothing_readable_leaves_the_index_as_it_was(articles: Path, tmp_path: Path, embedder: FakeEmbedder) -> None:
    build([articles], tmp_path / "index", embedder)
    for path in articles.iterdir():
        path.write_bytes(b"")
    with pytest.raises(NothingToIndex, match=r"no document can be read: .*a\.txt: empty; .*b\.md: empty"):
        build([articles], tmp_path / "index", embedder)
    (tmp_path / "none").mkdir()
    with pytest.raises(NothingToIndex, match="there are no files"):
        build([tmp_path / "none"], tmp_path / "index", embedder)
    assert len(Index.open(tmp_path / "index").documents) == 2


def test_a_build_that_fails_leaves_the_index_as_it_was(
    articles: Path, tmp_path: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    build([articles], tmp_path / "index", embedder)
    (articles / "c.txt").write_text("Cats sleep.")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(generations.os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        build([articles], tmp_path / "index", embedder)
    monkeypatch.undo()
    assert generations.generations(tmp_path / "index") == ["gen-00000001"]
    assert (len(Index.open(tmp_path / "index").documents), verify(tmp_path / "index")) == (2, [])


def test_another_embedder_makes_all_vectors_again(articles: Path, tmp_path: Path, embedder: FakeEmbedder) -> None:
    build([articles], tmp_path / "index", embedder)
    other = FakeEmbedder(dimension=32, fingerprint="other")
    report = build([articles], tmp_path / "index", other)
    index = Index.open(tmp_path / "index")
    index.check_embedder(other)
    assert (names(report.unchanged), index.contents.vectors.shape) == (["a.txt", "b.md"], (2, 32))


def test_another_way_of_cutting_reads_again_and_keeps_vectors(
    articles: Path, tmp_path: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    build([articles], tmp_path / "index", embedder)
    embedder.embedded.clear()
    monkeypatch.setattr(builder, "RECIPE", builder.RECIPE + 1)
    build([articles], tmp_path / "index", embedder)
    assert embedder.embedded == [] and Index.open(tmp_path / "index").generation == "gen-00000002"


def test_vectors_that_are_not_finite_are_refused(articles: Path, tmp_path: Path) -> None:
    class Broken(FakeEmbedder):
        def embed(self, texts: object) -> np.ndarray:
            return super().embed(texts) * np.float32("nan")

    with pytest.raises(ValueError, match="not finite"):
        build([articles], tmp_path / "index", Broken())


def test_an_index_in_memory_is_the_same_and_writes_nothing(
    articles: Path, tmp_path: Path, embedder: FakeEmbedder
) -> None:
    build([articles], tmp_path / "index", embedder)
    before = sorted(tmp_path.rglob("*"))
    held, opened = index_in_memory([articles], embedder), Index.open(tmp_path / "index")
    assert sorted(tmp_path.rglob("*")) == before
    assert list(held.passages) == list(opened.passages) and held.documents == opened.documents
    assert held.sparse.search(["honey"], 1).ids.tolist() == [[1]]
    assert held.dense.search(embedder.embed(["Bees Bees make honey"]), 1).ids.tolist() == [[1]]
    held.check_embedder(embedder)


def test_what_was_taken_out_stays_out_until_it_is_named(articles: Path, tmp_path: Path, embedder: FakeEmbedder) -> None:
    a, b, folder = articles / "a.txt", articles / "b.md", tmp_path / "index"
    build([articles], folder, embedder)
    report = build([articles], folder, embedder, without=[a])
    assert (report.removed, report.left_out, report.documents) == ((str(a),), (str(a),), 1)
    assert Index.open(folder).settings.without == (str(a),)
    (articles / "c.txt").write_text("Cats sleep.")
    assert plan([articles], folder, embedder.fingerprint).left_out == (str(a),)
    report = build([articles], folder, embedder)
    assert (names(report.added), report.left_out, report.documents) == (["c.txt"], (str(a),), 2)
    assert build([articles], folder, embedder).differs is False
    assert build([b], folder, embedder).left_out == ()  # it is not among these
    assert build([articles], folder, embedder).left_out == (str(a),)
    report = build([articles, a], folder, embedder)
    assert (names(report.added), report.left_out, report.documents) == (["a.txt"], (), 3)
    assert build([articles], folder, embedder).documents == 3 and Index.open(folder).settings.without == ()


def test_taking_everything_out_is_refused(articles: Path, tmp_path: Path, embedder: FakeEmbedder) -> None:
    build([articles], tmp_path / "index", embedder)
    with pytest.raises(NothingToIndex, match=r"all were removed on the page, .*a\.txt for one"):
        build([articles], tmp_path / "index", embedder, without=list(articles.iterdir()))
    assert len(Index.open(tmp_path / "index").documents) == 2


def test_a_manifest_from_before_files_were_taken_out_is_read(
    articles: Path, tmp_path: Path, embedder: FakeEmbedder
) -> None:
    build([articles], tmp_path / "index", embedder)
    index = Index.open(tmp_path / "index")
    manifest = index.making.as_manifest(index.contents)
    del manifest["settings"]["without"]
    assert Making.from_manifest(manifest).settings == index.settings


def test_what_is_unchanged_is_not_split_into_terms_again(
    articles: Path, tmp_path: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in (("c", "Cats sleep by day."), ("d", "Dogs bark at cats."), ("e", "?!")):
        (articles / f"{name}.txt").write_text(text)
    build([articles], tmp_path / "index", embedder)
    split: list[str] = []
    monkeypatch.setattr("index.search.bm25.terms", lambda text: split.append(text) or terms(text))
    (articles / "c.txt").write_text("Cows eat grass.")
    (articles / "a.txt").unlink()
    (articles / "f.txt").write_text("Foxes eat apples and honey.")
    build([articles], tmp_path / "index", embedder)
    assert split == ["c\nCows eat grass.", "f\nFoxes eat apples and honey."]
    followed, fresh = Index.open(tmp_path / "index"), index_in_memory([articles], embedder)
    for query in ("cats", "honey and apples", "cows eating grass by day", "red", "dog f"):
        left, right = followed.sparse.search([query], 5), fresh.sparse.search([query], 5)
        assert left.ids.tolist() == right.ids.tolist() and left.scores == pytest.approx(right.scores, abs=1e-6)


def test_a_run_that_was_killed_leaves_nothing_behind(articles: Path, tmp_path: Path, embedder: FakeEmbedder) -> None:
    build([articles], tmp_path / "index", embedder)
    left = tmp_path / "index" / "gen-00000002"
    left.mkdir()
    (left / "vectors.f32").write_bytes(b"half")
    for text in ("", "Cats sleep."):  # with nothing to write, then with something
        (articles / "c.txt").write_text(text)
        build([articles], tmp_path / "index", embedder)
        assert not left.exists() and verify(tmp_path / "index") == []


def test_a_run_that_stops_halfway_drops_what_it_wrote(
    articles: Path, tmp_path: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.storage.array_file.AT_ONCE", 1)
    seen: list[list[str]] = []

    def stop(done: int, total: int, name: str) -> None:
        seen.append(sorted(path.name for path in (tmp_path / "index").glob("gen-*/*")))
        if done == total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build([articles], tmp_path / "index", embedder, progress=stop)
    assert seen[0] == seen[1] == ["passages.i64", "structures.i32", "terms.i32", "texts.utf8", "vectors.f32"]
    assert generations.generations(tmp_path / "index") == []


TEXTS = st.sampled_from([None, "", "One.", "Two two.", "One.\r\n", "\U0001f600 \u4e2d\u3002", "# Head\n\nOne.\n"])


CHANGES = st.dictionaries(st.sampled_from(["a.txt", "b.txt", "c.md", "d.md"]), TEXTS)


@given(st.lists(st.tuples(CHANGES, st.booleans()), min_size=1, max_size=5))
@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_history_ends_where_a_fresh_index_would(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    history: list[tuple[dict[str, str | None], bool]],
) -> None:
    """Files are written or removed (None), and the index follows or refuses, at times without the new vectors yet.

    The whole one always equals one built from nothing.
    """
    monkeypatch.setattr(builder, "FEW", 0)
    base, embedder = tmp_path_factory.mktemp("history"), FakeEmbedder()
    articles = base / "articles"
    articles.mkdir()
    for changes, stopped in history:
        for name, text in changes.items():
            (articles / name).unlink(missing_ok=True)
            if text is not None:
                (articles / name).write_bytes(text.encode())
        try:
            fresh = index_in_memory([articles], embedder)
        except NothingToIndex:
            continue
        if stopped:
            begin([articles], base / "index", embedder)
        build([articles], base / "index", embedder)
        index = Index.open(base / "index")
        assert verify(base / "index") == [] and index.warnings == ()
        assert list(index.passages) == list(fresh.passages) and index.documents == fresh.documents
        assert np.array_equal(index.contents.vectors, fresh.contents.vectors)
        assert (index.unreadable, index.duplicates) == (fresh.unreadable, fresh.duplicates)


def test_the_bundled_articles_with_the_bundled_model(tmp_path: Path, sentence_embedder: SentenceEmbedder) -> None:
    embedder = sentence_embedder
    build([ROOT / "corpus" / "macron-tour.md", ROOT / "corpus" / "kazakhstan-border.md"], tmp_path / "index", embedder)
    index = Index.open(tmp_path / "index")
    index.check_embedder(embedder)
    question = "How much are the agreements between French and Kazakh companies worth?"
    for found in (index.dense.search(embedder.embed([question]), 1), index.sparse.search([question], 1)):
        assert "$1.4 billion" in index.passages[int(found.ids[0, 0])].text
