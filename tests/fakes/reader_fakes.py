"""Fakes around reading: a reader that knows its answers, a network with planted logits, model folders of a few kilobytes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from index.folder_index import Passage
from qa.reader.reader import Reading, Span, without_overlap
from qa.reader.windows import Pair
from qa.retrieval.hybrid import Hit

SPECIAL = ("[PAD]", "[CLS]", "[SEP]", "[UNK]")


class FakeReader:
    """Finds, for a question, the first place of each of its phrases in a passage, with the score it was given."""

    fingerprint = "fake-reader-1"

    def __init__(self, answers: Mapping[str, Mapping[str, float]]) -> None:
        self.answers = answers
        self.calls: list[list[Pair]] = []

    def read(self, pairs: Sequence[Pair]) -> list[Reading]:
        self.calls.append(list(pairs))
        return [self._reading(pair) for pair in pairs]

    def _reading(self, pair: Pair) -> Reading:
        known = self.answers.get(pair.question, {}).items()
        places = [(pair.passage.find(phrase), phrase, score) for phrase, score in known]
        return Reading(
            tuple(without_overlap([Span(at, at + len(phrase), score) for at, phrase, score in places if at >= 0]))
        )


class PlantedNetwork:
    """Start and end logits by token id, zero for all others; ``row_constant`` is added to all logits of row 0, 1, ..."""

    def __init__(self, start: Mapping[int, float], end: Mapping[int, float], row_constant: float = 0.0) -> None:
        self.start, self.end, self.row_constant = start, end, row_constant
        self.shapes: list[tuple[int, int]] = []

    def __call__(self, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        self.shapes.append((ids.shape[0], ids.shape[1]))
        rows = [[[self.start.get(i, 0.0), self.end.get(i, 0.0)] for i in row] for row in ids.tolist()]
        return torch.tensor(rows) + self.row_constant * torch.arange(1, len(rows) + 1)[:, None, None]


def word_tokenizer(words: Sequence[str]) -> Tokenizer:
    """A token a word: [CLS] question [SEP] passage [SEP]; the ids of ``words`` count from 4."""
    vocabulary = {word: number for number, word in enumerate([*SPECIAL, *dict.fromkeys(words)])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    return tokenizer


def words_of(*texts: str) -> list[str]:
    """The words and marks of the texts, as the tokenizer cuts them."""
    return [word for text in texts for word in re.findall(r"\w+|[^\w\s]", text)]


def write_tokenizer(folder: Path, words: Sequence[str]) -> Path:
    """Write the tokenizer files of a model folder."""
    folder.mkdir(parents=True, exist_ok=True)
    word_tokenizer(words).save(str(folder / "tokenizer.json"))
    for name in ("tokenizer_config.json", "special_tokens_map.json"):
        (folder / name).write_text("{}", encoding="utf-8")
    return folder


def tiny_shape(model_type: str, vocabulary: int = 60) -> dict[str, object]:
    """The ``config.json`` of an encoder with two layers, four heads and a width of 32."""
    shape: dict[str, object] = {
        "model_type": model_type, "vocab_size": vocabulary, "hidden_size": 32, "num_hidden_layers": 2,
        "num_attention_heads": 4, "intermediate_size": 64, "max_position_embeddings": 80, "hidden_act": "gelu",
        "layer_norm_eps": 1e-5, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0,
    }  # fmt: skip
    return shape | (
        {"relative_attention_num_buckets": 32, "pad_token_id": 1} if model_type == "mpnet" else {"type_vocab_size": 2}
    )


def write_config(folder: Path, model_type: str, **changes: object) -> Path:
    """Write a tiny ``config.json``; a change of None takes a field out."""
    folder.mkdir(parents=True, exist_ok=True)
    fields = {name: value for name, value in (tiny_shape(model_type) | changes).items() if value is not None}
    (folder / "config.json").write_text(json.dumps(fields), encoding="utf-8")
    return folder


def passage(
    text: str, *, document: str = "/a.txt", start: int = 0, number: int = 0, page: int | None = None
) -> Passage:
    """A passage that stands at ``start`` of a document."""
    return Passage(number, document, Path(document).stem, "0" * 64, start, start + len(text), text, "", page)


def hit(
    text: str, *, document: str = "/a.txt", start: int = 0, similarity: float = 0.5, term_score: float = 1.0
) -> Hit:
    """A passage found first by both searches."""
    return Hit(passage(text, document=document, start=start), 0.03, 1, 1, similarity, term_score)
