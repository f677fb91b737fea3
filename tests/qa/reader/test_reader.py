"""Reading with planted logits, and model folders that are no good."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
import torch
import transformers
from reader_fakes import PlantedNetwork, tiny_shape, word_tokenizer, words_of, write_config, write_tokenizer
from safetensors.torch import save_file

from qa.reader.reader import BATCH_TOKENS, PAD_TO, ExtractiveReader, Reading, Span, fingerprint, without_overlap
from qa.reader.windows import Pair, PairEncoder

PASSAGE = "Macron went to Kazakhstan first, then to Uzbekistan. Tokayev met him in Astana on Wednesday."
QUESTION = "Where did he go?"


def planted(folder: Path, text: str, start: Mapping[str, float], end: Mapping[str, float], *, window: int = 384,
            overlap: int = 96, row_constant: float = 0.0) -> ExtractiveReader:  # fmt: skip
    """A reader whose logits are those planted for the words of ``text``; [CLS], the null, has zero for both."""
    words = words_of(QUESTION, text)
    ids = {word: word_tokenizer(words).token_to_id(word) for word in words}
    network = PlantedNetwork(
        {ids[word]: score for word, score in start.items()},
        {ids[word]: score for word, score in end.items()},
        row_constant,
    )
    encoder = PairEncoder.open(write_tokenizer(folder, words), window, overlap)
    return ExtractiveReader(network, encoder, fingerprint="planted")


def found(reader: ExtractiveReader, passage: str) -> list[tuple[str, float]]:
    """The texts and scores of one reading."""
    [reading] = reader.read([Pair(QUESTION, passage)])
    return [(passage[span.start : span.end], span.score) for span in reading.spans]


def test_planted_spans_come_out_as_characters_best_first(tmp_path: Path):
    scores = {"Uzbekistan": 3.0, "Kazakhstan": 2.0}
    reader = planted(tmp_path, PASSAGE, scores, scores)
    assert found(reader, PASSAGE)[:2] == [("Uzbekistan", 6.0), ("Kazakhstan", 4.0)]


def test_spans_of_one_reading_do_not_overlap(tmp_path: Path):
    scores = {"Kazakhstan": 5.0, "first": 4.5, "Astana": 1.0}
    [reading] = planted(tmp_path, PASSAGE, scores, scores).read([Pair(QUESTION, PASSAGE)])
    places = sorted((span.start, span.end) for span in reading.spans)
    assert len(places) > 2 and all(left[1] <= right[0] for left, right in pairwise(places))


def test_an_answer_in_the_overlap_of_two_windows_is_found_once(tmp_path: Path):
    passage = " ".join(["filler"] * 9 + ["Astana"] + ["filler"] * 9)
    scores = {"Astana": 5.0}
    reader = planted(tmp_path, passage, scores, scores, window=20, overlap=8)
    assert [text for text, score in found(reader, passage) if score > 5] == ["Astana"]


def test_an_answer_in_the_last_window_is_found_at_its_place(tmp_path: Path):
    passage = " ".join(["filler"] * 100 + ["Astana"])
    scores = {"Astana": 5.0}
    reader = planted(tmp_path, passage, scores, scores, window=20, overlap=8)
    [reading] = reader.read([Pair(QUESTION, passage)])
    assert reading.spans[0] == Span(700, 706, 10.0)


def test_scores_compare_over_passages(tmp_path: Path):
    # a network may add a constant of its own to every window: only the distance to the window's null counts
    scores = {"Kazakhstan": 2.0, "Astana": 3.0}
    pairs = [Pair(QUESTION, "He flew to Kazakhstan first."), Pair(QUESTION, "They met in Astana that week, he said.")]
    text = " ".join(pair.passage for pair in pairs)
    plain = planted(tmp_path, text, scores, scores).read(pairs)
    shifted = planted(tmp_path, text, scores, scores, row_constant=50.0).read(pairs)
    assert plain == shifted
    assert [reading.spans[0].score for reading in plain] == [4.0, 6.0]


def test_a_batch_reads_like_one_pair_at_a_time_in_any_order(tmp_path: Path):
    scores = {"Kazakhstan": 2.0, "Astana": 3.0}
    passages = ["Astana " + "filler " * number + "Kazakhstan" for number in (3, 200, 0, 50, 7)]
    reader = planted(tmp_path, " ".join(passages), scores, scores, window=64, overlap=16)
    pairs = [Pair(QUESTION, passage) for passage in passages]
    assert reader.read(pairs) == [reader.read([pair])[0] for pair in pairs]


def test_a_batch_holds_at_most_its_budget_of_padded_tokens(tmp_path: Path):
    network = PlantedNetwork({}, {})
    encoder = PairEncoder.open(write_tokenizer(tmp_path, words_of(QUESTION, "filler")))
    reader = ExtractiveReader(network, encoder, fingerprint="planted")
    reader.read([Pair(QUESTION, "filler " * (9 + number % 3)) for number in range(600)])
    assert sum(rows for rows, _ in network.shapes) == 600
    assert all(width % PAD_TO == 0 and rows * width <= BATCH_TOKENS for rows, width in network.shapes)


class GatedNetwork(PlantedNetwork):
    """Says that a batch is under way, and runs it when the gate opens."""

    def __init__(self) -> None:
        super().__init__({}, {})
        self.begun, self.gate = threading.Event(), threading.Event()

    def __call__(self, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        self.begun.set()
        assert self.gate.wait(30)
        return super().__call__(ids, types, mask)


def test_what_threads_read_at_the_same_time_shares_a_batch(tmp_path: Path):
    network = GatedNetwork()
    encoder = PairEncoder.open(write_tokenizer(tmp_path, words_of(QUESTION, "filler")))
    reader = ExtractiveReader(network, encoder, fingerprint="planted")
    with ThreadPoolExecutor(4) as people:
        first = people.submit(reader.read, [Pair(QUESTION, "filler")])
        assert network.begun.wait(30)
        others = [people.submit(reader.read, [Pair(QUESTION, "filler")] * number) for number in (2, 3, 4)]
        while len(reader._shared._waiting) < 3:
            threading.Event().wait(0.001)
        network.gate.set()
        assert [len(one.result(30)) for one in (first, *others)] == [1, 2, 3, 4]
    assert [rows for rows, _ in network.shapes] == [1, 9]


def test_no_pairs_and_empty_passages(tmp_path: Path):
    reader = planted(tmp_path, PASSAGE, {}, {})
    assert reader.read([]) == []
    assert reader.read([Pair(QUESTION, ""), Pair(QUESTION, " \n ")]) == [Reading(()), Reading(())]


def test_overlapping_spans_are_reduced_to_the_best():
    spans = [Span(0, 5, 1.0), Span(4, 8, 3.0), Span(8, 9, 2.0), Span(20, 22, 3.0), Span(4, 8, 3.0)]
    assert without_overlap(spans) == [Span(4, 8, 3.0), Span(20, 22, 3.0), Span(8, 9, 2.0)]


# --- model folders


def model_folder(folder: Path, model: type, model_type: str) -> Path:
    """A folder with a tiny random model and a tokenizer of its vocabulary."""
    torch.manual_seed(0)
    model(transformers.AutoConfig.for_model(**tiny_shape(model_type))).save_pretrained(folder)
    return write_tokenizer(folder, words_of(QUESTION, PASSAGE))


MODELS = [
    (transformers.MPNetForQuestionAnswering, "mpnet"),
    (transformers.BertForQuestionAnswering, "bert"),
]
BARE = [(transformers.MPNetModel, "mpnet"), (transformers.BertModel, "bert")]


@pytest.mark.parametrize(("model", "model_type"), MODELS)
def test_a_model_folder_of_either_kind_is_read(tmp_path: Path, model: type, model_type: str):
    folder = model_folder(tmp_path, model, model_type)
    reader = ExtractiveReader.open(folder, format="fp32")
    [reading] = reader.read([Pair(QUESTION, PASSAGE)])
    assert reading.spans and all(0 <= span.start < span.end <= len(PASSAGE) for span in reading.spans)
    assert reader.fingerprint == fingerprint(folder)


def test_our_own_network_reads_like_transformers_does(tmp_path: Path):
    folder = model_folder(tmp_path, transformers.BertForQuestionAnswering, "bert")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"type_vocab_size": 1}), encoding="utf-8")
    weights = transformers.BertForQuestionAnswering.from_pretrained(folder, ignore_mismatched_sizes=True)
    weights.save_pretrained(folder)
    general = ExtractiveReader.open(folder, format="fp32").read([Pair(QUESTION, PASSAGE)])
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"token_types": "zero"}), encoding="utf-8")
    own = ExtractiveReader.open(folder, format="fp32").read([Pair(QUESTION, PASSAGE)])
    assert [(s.start, s.end) for s in own[0].spans] == [(s.start, s.end) for s in general[0].spans]
    assert [s.score for s in own[0].spans] == pytest.approx([s.score for s in general[0].spans], abs=1e-4)


def test_the_fingerprint_changes_with_the_weights_and_with_nothing_else(tmp_path: Path):
    folder = model_folder(tmp_path, *MODELS[0])
    before = fingerprint(folder)
    (folder / "notes.txt").write_text("not part of the model", encoding="utf-8")
    assert fingerprint(folder) == before
    with (folder / "model.safetensors").open("ab") as file:
        file.write(b"\0")
    assert fingerprint(folder) != before


def refusal(folder: Path) -> str:
    """The sentence with which a folder is refused: one line that names it."""
    with pytest.raises(ValueError) as raised:
        ExtractiveReader.open(folder, format="fp32")
    sentence = str(raised.value)
    assert sentence.startswith(str(folder)) and "\n" not in sentence
    return sentence


def test_a_folder_without_configuration(tmp_path: Path):
    assert "no readable config.json" in refusal(write_tokenizer(tmp_path, ["a"]))


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_folder_with_a_damaged_configuration(tmp_path: Path, text: str):
    write_tokenizer(tmp_path, ["a"])
    (tmp_path / "config.json").write_text(text, encoding="utf-8")
    assert "config.json" in refusal(tmp_path)


def test_a_folder_without_tokenizer(tmp_path: Path):
    assert "no readable tokenizer.json" in refusal(write_config(tmp_path, "mpnet"))


@pytest.mark.parametrize(("model", "model_type"), BARE)
def test_a_folder_without_a_trained_span_layer(tmp_path: Path, model: type, model_type: str):
    sentence = refusal(model_folder(tmp_path, model, model_type))
    assert "not a trained extractive reader" in sentence and "qa_outputs" in sentence


@pytest.mark.parametrize(("model", "model_type"), MODELS)
def test_a_folder_with_damaged_weights(tmp_path: Path, model: type, model_type: str):
    folder = model_folder(tmp_path, model, model_type)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    refusal(folder)


@pytest.mark.parametrize(("model", "model_type"), MODELS)
def test_a_tokenizer_with_more_words_than_the_model_knows(tmp_path: Path, model: type, model_type: str):
    folder = model_folder(tmp_path, model, model_type)
    write_tokenizer(folder, [f"w{number}" for number in range(100)])  # the model has 60
    assert "tokenizer" in refusal(folder)


def test_a_model_of_another_kind(tmp_path: Path):
    write_tokenizer(tmp_path, ["a"])
    (tmp_path / "config.json").write_text('{"model_type": "gpt9"}', encoding="utf-8")
    save_file({"a": torch.ones(1)}, tmp_path / "model.safetensors")
    refusal(tmp_path)


def test_a_name_that_is_neither_a_folder_nor_on_this_machine():
    with pytest.raises(ValueError, match="nobody/no-such-reader: neither a folder nor a model on this machine"):
        ExtractiveReader.open("nobody/no-such-reader")


def test_a_file_is_not_a_model_folder(tmp_path: Path):
    (tmp_path / "model.bin").write_bytes(b"")
    with pytest.raises(ValueError, match=r"model\.bin: not a folder that holds a model"):
        ExtractiveReader.open(tmp_path / "model.bin")
