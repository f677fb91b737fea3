"""Kept tokens: they are what the readers' own tokenizers give, and they follow the passages from run to run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import FakeEmbedder
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from index.builder import build, index_in_memory
from index.store import Index, IndexDamaged, verify
from index.tokens import tokenizer, tokenizer_name, tokens_of
from qa.reader import BUNDLED
from qa.retriever import HybridRetriever
from qa.screening import FOLDER
from qa.windows import SHIFTS, Pair, PairEncoder, Window

READERS = {"large": BUNDLED, "small": BUNDLED / FOLDER}
ENCODERS = {name: PairEncoder.open(folder) for name, folder in READERS.items()}
QUESTION = "How much did France agree to invest in Uzbek uranium?"

WORDS = (
    "The", "naïve", "border", "北京", "[SEP]", "[MASK]", "[unk]", "[UNK]", "<s>", "</S>", "<UNK>", "\x00", "\u00ad", "x" * 120,
    "1,5", "\n",
)  # fmt: skip
TEXTS = st.text(max_size=60) | st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)


def same(one: Window, other: Window) -> bool:
    inside = np.array_equal(one.offsets[one.context], other.offsets[other.context])
    return (
        (one.ids, one.types) == (other.ids, other.types) and inside and one.context.tolist() == other.context.tolist()
    )


@pytest.mark.parametrize("reader", READERS)
@given(question=TEXTS, passage=TEXTS)
@example(question="who " * 100, passage="The border.")
@example(question="who", passage="The border " * 400)
@example(question="", passage="The border.")
def test_windows_of_kept_tokens_are_those_of_the_tokenizer(reader: str, question: str, passage: str):
    [tokens] = tokens_of([passage])
    made = ENCODERS[reader].encode([Pair(question, passage, tokens)])
    wanted = ENCODERS[reader].encode([Pair(question, passage)])
    assert len(made) == len(wanted) and all(map(same, made, wanted))


@pytest.mark.parametrize("reader", READERS)
def test_the_bundled_articles_are_read_without_the_tokenizer(
    reader: str, corpus_in_memory: Index, monkeypatch: pytest.MonkeyPatch
):
    texts = [passage.text for passage in corpus_in_memory.passages]
    encoder = PairEncoder.open(READERS[reader])
    wanted = encoder.encode([Pair(QUESTION, text) for text in texts])
    asked: list[object] = []
    monkeypatch.setattr(encoder, "_pairs", _Asked(encoder._pairs, asked))
    made = encoder.encode([Pair(QUESTION, text, tokens) for text, tokens in zip(texts, tokens_of(texts), strict=True)])
    assert len(made) == len(wanted) and all(map(same, made, wanted))
    assert asked == []


class _Asked:
    """A tokenizer that notes the pairs that it is asked for."""

    def __init__(self, tokenizer: Tokenizer, asked: list[object]) -> None:
        self._tokenizer, self._asked = tokenizer, asked

    def encode_batch(self, pairs: list[object]) -> list[object]:
        self._asked += pairs
        return list(self._tokenizer.encode_batch(pairs))

    def encode(self, question: str, passage: str) -> object:
        return self._tokenizer.encode(question, passage)


@pytest.mark.parametrize("damage", [(0, 65_000), (2, 65_000)])
def test_tokens_that_cannot_be_right_are_passed_over(damage: tuple[int, int]):
    passage = "The border is long."
    [tokens] = tokens_of([passage])
    assert tokens is not None
    tokens[1, damage[0]] = damage[1]
    [made], [wanted] = (
        ENCODERS["large"].encode([pair]) for pair in (Pair("who", passage, tokens), Pair("who", passage))
    )
    assert same(made, wanted)


def test_a_shift_holds_for_the_whole_vocabulary():
    [((source, _), shift)] = SHIFTS.items()
    assert source == tokenizer_name()
    large = Tokenizer.from_file(str(BUNDLED / "tokenizer.json"))
    specials = {"[PAD]", "[CLS]", "[SEP]", "[MASK]"}
    pieces = {piece: id for piece, id in tokenizer().get_vocab().items() if piece not in specials}
    assert {large.token_to_id(piece) for piece in pieces} == {id + shift for id in pieces.values()}
    assert all(large.token_to_id(piece) == id + shift for piece, id in pieces.items())
    assert {large.id_to_token(id) for id in range(large.get_vocab_size())} - set(pieces) - specials == {
        "<s>", "<pad>", "</s>", "<unk>", "<mask>",
    }  # fmt: skip


def test_what_does_not_fit_is_not_kept():
    special, long, plain = tokens_of(["a [SEP] b", "a" + " " * 70_000 + "b", "a b"])
    assert special is None and long is None
    assert plain is not None and plain[:, 1:].tolist() == [[0, 1], [2, 3]]


def kept(index: Index) -> list[list[list[int]] | None]:
    rows = [index.tokens(passage.number) for passage in index.passages]
    return [None if row is None else row.tolist() for row in rows]


def test_an_index_keeps_the_tokens_of_its_passages_from_run_to_run(
    articles: Path, tmp_path: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("index.tokens.AT_ONCE", 2)
    for name in "cdef":
        (articles / f"{name}.txt").write_text(f"Text {name}{' [SEP]' if name == 'd' else ''}.")
    asked: list[str] = []
    monkeypatch.setattr("index.tokens.tokens_of", lambda texts: asked.extend(texts) or tokens_of(texts))
    build([articles], tmp_path / "index", embedder)
    assert len(asked) == 6
    asked.clear()
    (articles / "a.txt").write_text("Apples are green.")
    (articles / "c.txt").unlink()
    (articles / "g.txt").write_text("Geese.")
    build([articles], tmp_path / "index", embedder)
    index = Index.open(tmp_path / "index")
    assert asked == ["Apples are green.", "Text d [SEP].", "Geese."]  # of d there were none to take over
    wanted = [None if row is None else row.tolist() for row in tokens_of([passage.text for passage in index.passages])]
    assert kept(index) == wanted and wanted.count(None) == 1
    assert verify(tmp_path / "index") == []
    [hits] = HybridRetriever(index, embedder).retrieve_many(["Geese?"], 6)
    assert {hit.passage.number for hit in hits if hit.tokens is None} == {wanted.index(None)}


def test_without_kept_tokens_an_index_is_as_good(
    articles: Path, tmp_path: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
):
    assert kept(index_in_memory([articles], embedder)) == [None, None]
    with monkeypatch.context() as patch:
        patch.setattr("index.tokens.tokenizer_name", lambda: None)
        build([articles], tmp_path / "index", embedder)
    assert kept(Index.open(tmp_path / "index")) == [None, None]
    assert not list(tmp_path.glob("index/gen-*/token*"))
    (articles / "g.txt").write_text("Geese.")
    build([articles], tmp_path / "index", embedder)
    index = Index.open(tmp_path / "index")
    assert None not in kept(index)
    monkeypatch.setattr("index.tokens.tokenizer_name", lambda: "01234567")
    assert kept(index) == [None, None, None]


@pytest.mark.parametrize("file", ["tokens-*.u16", "token-counts-*.u16"])
def test_damaged_tokens_are_told(file: str, articles: Path, tmp_path: Path, embedder: FakeEmbedder):
    build([articles], tmp_path / "index", embedder)
    [path] = tmp_path.glob(f"index/gen-*/{file}")
    path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(IndexDamaged, match=path.name):
        Index.open(tmp_path / "index")
