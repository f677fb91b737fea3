"""An index that looks for its own sentences."""

from __future__ import annotations

from dataclasses import replace

from eval_fakes import TEXTS, FakeIndex, WordRetriever, cut

from eval.selfcheck import check, drawn, files_changed, misplaced, probes

LONG = {
    "/a/long.md": "The pipeline from Kazakhstan ends in Novorossiysk on the Black Sea. Short one.",
    "/a/year.md": "The two presidents of the region signed it in 2023 after long talks.",
}


def whole(text):
    return [(0, len(text))]


PASSAGES = cut(LONG, whole)


def test_probe_is_a_sentence_without_its_number():
    (probe,) = probes(PASSAGES[1:], 5)
    assert (probe.query, probe.removed) == ("The two presidents of the region signed it in after long talks.", "2023")
    assert LONG["/a/year.md"][probe.place.start : probe.place.end] == LONG["/a/year.md"]


def test_probe_without_a_number_loses_its_rarest_word():
    (probe,) = probes(PASSAGES[:1], 5)
    assert probe.removed not in probe.query.split()
    assert probe.query.endswith("Black Sea.")


def test_short_sentences_make_no_probe():
    assert probes(cut({"/a/x.md": "Too short. This too."}, whole), 5) == []


def test_drawing_is_seeded():
    passages = cut(TEXTS)
    assert drawn(passages, 3, seed=1) == drawn(passages, 3, seed=1)
    assert len(drawn(passages, 99, seed=1)) == len(passages)


def test_sound_index():
    found = check(FakeIndex(LONG, PASSAGES), WordRetriever(PASSAGES), count=10)
    assert (found.probes, found.recall, found.passages, found.misplaced) == (2, {1: 1.0, 5: 1.0, 10: 1.0}, 2, ())
    assert found.as_dict()["sound"] is True


def test_moved_passage_is_found():
    moved = [PASSAGES[0], replace(PASSAGES[1], start=1, end=len(PASSAGES[1].text))]
    assert misplaced(moved, FakeIndex(LONG, moved)) == [
        f"/a/year.md: characters 1 to {len(PASSAGES[1].text)} are not the passage's text"
    ]


def test_search_that_finds_nothing():
    found = check(FakeIndex(LONG, PASSAGES), WordRetriever([]), count=10)
    assert found.recall == {1: 0.0, 5: 0.0, 10: 0.0}


def test_time_is_limited():
    assert check(FakeIndex(LONG, PASSAGES), WordRetriever(PASSAGES), seconds=-1).probes == 0


def test_files_that_changed_since(tmp_path):
    same, gone, other = tmp_path / "same.md", tmp_path / "gone.md", tmp_path / "other.md"
    same.write_bytes(b"one\r\ntwo")
    other.write_text("new")
    index = FakeIndex({str(same): "one\r\ntwo", str(gone): "x", str(other): "old", "a.pdf": "x"}, [])
    assert files_changed(index, index.texts) == [str(gone), str(other)]
