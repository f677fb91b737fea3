from __future__ import annotations

from pathlib import Path

import pytest
from reader_fakes import word_tokenizer, write_tokenizer

from qa.reader.windows import QUESTION_TOKENS, Pair, PairEncoder, Window

PASSAGE = "The border of Kazakhstan, 7,644 km long, is the longest on land."
WORDS = "who what is the longest border a b c d".split()


def opened(folder: Path, window: int = 384, overlap: int = 96) -> PairEncoder:
    return PairEncoder.open(write_tokenizer(folder, [*WORDS, "The", "Kazakhstan"]), window, overlap)


def characters(window: Window, passage: str) -> list[str]:
    """The words of the passage that the window's tokens stand for."""
    return [passage[start:end] for (start, end), inside in zip(window.offsets, window.context, strict=True) if inside]


def test_every_token_knows_its_characters(tmp_path: Path):
    [window] = opened(tmp_path).encode([Pair("what is the border", "The longest, a border.")])
    assert characters(window, "The longest, a border.") == ["The", "longest", ",", "a", "border", "."]
    assert window.ids[0] == 1 and window.ids[-1] == 2  # [CLS] ... [SEP]
    assert window.types == [0] * 6 + [1] * 7
    assert window.context.tolist() == [False] * 6 + [True] * 6 + [False]


def test_a_long_passage_is_cut_into_windows_that_overlap_and_keep_the_question(tmp_path: Path):
    passage = " ".join(f"w{number}" for number in range(20))
    windows = opened(tmp_path, window=12, overlap=3).encode([Pair("who is a", passage)])
    # [CLS] who is a [SEP] and [SEP] take 6 of the 12 places; 6 words a window, each beginning 3 before the last one's end
    assert [characters(window, passage)[0] for window in windows] == ["w0", "w3", "w6", "w9", "w12", "w15"]
    assert {word for window in windows for word in characters(window, passage)} == set(passage.split())
    assert all(window.ids[:5] == windows[0].ids[:5] and len(window.ids) <= 12 for window in windows)


def test_windows_carry_the_number_of_their_pair(tmp_path: Path):
    pairs = [Pair("a", "b c"), Pair("a", ""), Pair("b", "c " * 30), Pair("c", "d")]
    windows = opened(tmp_path, window=24, overlap=4).encode(pairs)
    assert [window.pair for window in windows] == [0, 2, 2, 3]  # the empty passage has none


def test_a_question_is_shortened_to_its_first_tokens(tmp_path: Path):
    encoder = opened(tmp_path)
    [window] = encoder.encode([Pair("who " * 200, PASSAGE)])
    assert window.ids[1 : QUESTION_TOKENS + 2] == [window.ids[1]] * QUESTION_TOKENS + [2]
    assert characters(window, PASSAGE)[:4] == ["The", "border", "of", "Kazakhstan"]


def test_a_question_of_one_huge_word_leaves_the_passage_whole(tmp_path: Path):
    [window] = opened(tmp_path).encode([Pair("x" * 1_000_000, PASSAGE)])
    assert "".join(characters(window, PASSAGE)) == PASSAGE.replace(" ", "")


def test_no_pairs_no_windows(tmp_path: Path):
    assert opened(tmp_path).encode([]) == []


def test_a_folder_without_tokenizer_is_named(tmp_path: Path):
    with pytest.raises(ValueError, match=f"{tmp_path}: no readable tokenizer.json"):
        PairEncoder.open(tmp_path)


def test_a_damaged_tokenizer_is_named(tmp_path: Path):
    (tmp_path / "tokenizer.json").write_text('{"version": ', encoding="utf-8")
    with pytest.raises(ValueError, match=f"{tmp_path}: no readable tokenizer.json"):
        PairEncoder.open(tmp_path)


def test_a_tokenizer_without_padding_token_is_named(tmp_path: Path):
    text = word_tokenizer(["a"]).to_str().replace("[PAD]", "[FILL]")
    (tmp_path / "tokenizer.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=f"{tmp_path}: its tokenizer has no padding token"):
        PairEncoder.open(tmp_path)


def test_column_names_are_read_above_the_passage_and_are_no_part_of_it(tmp_path: Path):
    [window] = opened(tmp_path).encode([Pair("who", "a border", "b c")])
    [alone] = opened(tmp_path).encode([Pair("who", "a border")])
    assert len(window.ids) == len(alone.ids) + 2
    assert characters(window, "a border") == characters(alone, "a border") == ["a", "border"]


def test_the_cells_of_a_row_are_the_only_context_beside_their_names(tmp_path: Path):
    row = "| a | b c |"
    [window] = opened(tmp_path).encode([Pair("who", row, "what | the")])
    assert characters(window, row) == ["a", "b", "c"]
    assert len(window.ids) == len("[CLS] who [SEP] what : a ; the : b c ; [SEP]".split())
