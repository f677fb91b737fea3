"""Examples, files of examples and tiny encoders to train: what the tests of training share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import torch
import transformers
from reader_fakes import tiny_shape, words_of, write_config, write_tokenizer
from safetensors.torch import load_file

from qa.reader.network import SpanNetwork
from qa.reader.windows import PairEncoder
from qa.training.examples import TrainingExample
from qa.training.trainer import Recipe, Trainer

CONTEXT = "The SCO was founded in 2001, in Shanghai. It has nine members."
SEA = "The largest port of Norway is Oslo. Bergen was founded by Olaf."


def one_thread() -> Iterator[None]:
    """Networks this small are slower on several threads than on one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def squad(folder: Path, *questions: dict[str, object], context: str = CONTEXT) -> Path:
    path = folder / "squad.json"
    path.write_text(
        json.dumps({"data": [{"paragraphs": [{"context": context, "qas": list(questions)}]}]}), encoding="utf-8"
    )
    return path


def asked(name: str, *answers: tuple[str, int]) -> dict[str, object]:
    return {
        "id": name,
        "question": f"{name}?",
        "answers": [{"text": text, "answer_start": start} for text, start in answers],
    }


def example(number: int, answer: str = "", passage: str = "") -> TrainingExample:
    """A question about a town; its passage holds the town's name once."""
    answer = answer or f"Town{number}"
    passage = passage or (
        f"In {1900 + number} many people came to the mountains. {answer} is where King Olaf{number} was born. "
        "Then it rained for days and the river rose over its banks "
        "and nobody could cross the old bridge until the next spring came."
    )
    start = passage.index(answer)
    return TrainingExample(
        f"e{number}", f"e{number}", f"Where was King Olaf{number} born?", passage, start, start + len(answer)
    )


def asking(question: str, passage: str, answer: str) -> TrainingExample:
    start = passage.index(answer)
    return TrainingExample("n", "n", question, passage, start, start + len(answer), ((start, start + len(answer)),))


def base(folder: Path, examples: list[TrainingExample]) -> Path:
    """A bare tiny encoder with a tokenizer of the examples' words."""
    words = words_of(*(e.passage + " " + e.question for e in examples))
    vocabulary = len(set(words)) + 4
    torch.manual_seed(0)
    model = transformers.MPNetModel(transformers.AutoConfig.for_model(**tiny_shape("mpnet", vocabulary)))
    model.save_pretrained(folder)
    return write_tokenizer(write_config(folder, "mpnet", vocab_size=vocabulary), words)


RECIPE = Recipe(layers=2, frozen_layers=0, learning_rate=5e-3, warmup=2, batch_tokens=512, window=64)
EXAMPLES = [example(number) for number in range(16)]


def trainer(start: Path, out: Path) -> Trainer:
    torch.manual_seed(0)
    network = SpanNetwork.load(start, load_file(start / "model.safetensors"))
    return Trainer(network, PairEncoder.open(start, 64, 16), RECIPE, start, out)
