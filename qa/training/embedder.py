"""Trains the bundled embedder: a student of a few layers learns the vectors of a sentence model (distillation).

    python -m qa.training.embedder TEACHER DATA OUT [--more DIR] [--paired 0.5]

TEACHER is the folder of a BERT sentence model, DATA that of the data sets that readers are trained on. DIR holds more text:
.txt files of paragraphs, a blank line between two. The bundled one is the mean of two students (``index.encoder.mean``); the model
card in ``index/model`` says what they learned from.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path

import torch
import typer
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional as F

from index.encoder.architecture import NetworkConfig
from index.encoder.checkpoint import read_weights, write_weights
from index.encoder.embedder import in_context
from index.sentences import sentences
from qa.reader.network import SpanNetwork
from qa.reader.windows import padded
from qa.training.examples import TrainingExample
from qa.training.noise import as_typed, misspelt
from qa.training.sources import bundled_sources

LONGEST = 256  # tokens, of the teacher too
WORDS = (10, 150)  # of a passage, headings aside: as long as an index cuts them, or shorter
SHORT = 25  # words; paragraphs up to so many are learned whole, like questions
TEMPERATURE = 0.05  # of the softmax over cosines
BUCKET = 128  # texts of similar length that share a matrix
RATE, WARM_UP = 1e-3, 0.03  # peak learning rate, and the share of the steps before it


@dataclass(slots=True)
class Texts:
    """What is embedded: documents as title and sentences, short texts, and pairs (question, document, answering sentence)."""

    documents: list[tuple[str, list[str]]] = field(default_factory=list)
    short: list[str] = field(default_factory=list)
    pairs: list[tuple[str, int, int]] = field(default_factory=list)

    @classmethod
    def gather(cls, examples: Iterable[TrainingExample], more: Path | None = None) -> Texts:
        """The passages and questions of the examples, and the paragraphs of the files in ``more``."""
        texts, numbers = cls(), {}
        for example in examples:
            if example.passage not in numbers:
                numbers[example.passage] = texts._add(example.document, example.passage)
            number = numbers[example.passage]
            texts.short.append(example.question)
            if example.start is not None:
                texts.pairs.append((example.question, number, _sentence(example.passage, example.start)))
        for file in sorted(more.glob("*.txt")) if more else ():
            for paragraph in file.read_text(encoding="utf-8").split("\n\n"):
                if len(paragraph.split()) > SHORT:
                    texts._add(file.stem, paragraph)
                elif paragraph.strip():
                    texts.short.append(paragraph)
        return texts

    def _add(self, title: str, text: str) -> int:
        name = "" if ":" in title else title.removeprefix("/wiki/").replace("_", " ")
        self.documents.append((name, [text[one.start : one.end] for one in sentences(text)]))
        return len(self.documents) - 1

    def passage(self, number: int, rng: random.Random, holding: int | None = None) -> str:
        """Consecutive sentences of a document, around one that is to be held, below its title or nothing."""
        title, parts = self.documents[number]
        first = rng.randrange(len(parts)) if holding is None else holding
        last, words = first + 1, rng.randint(*WORDS)
        while last - first < len(parts):
            before = first > 0 and (last == len(parts) or (holding is not None and rng.random() < 0.5))
            if len(" ".join(parts[first - before : last + (not before)]).split()) > words:
                break
            first, last = first - before, last + (not before)
        return in_context(title if rng.random() < 0.6 else "", "", " ".join(parts[first:last]))


def _sentence(text: str, offset: int) -> int:
    """The number of the sentence at an offset."""
    return max(0, sum(one.start <= offset for one in sentences(text)) - 1)


@dataclass(frozen=True, slots=True)
class Lesson:
    """Texts of one step. The first ``len(own)`` questions are answered by the passages of the same place.

    ``own`` [pairs, passages] is true where a passage is of the question's document.
    """

    passages: list[str]
    questions: list[str]
    own: Tensor


def lessons(texts: Texts, passages: int, questions: int) -> Iterator[Lesson]:
    """Lessons without end: a quarter of the passages with a question, half of the lessons of neighbouring documents."""
    rng = random.Random(0)
    while True:
        pairs = rng.choices(texts.pairs, k=passages // 4)
        numbers = rng.choices(range(len(texts.documents)), k=passages - len(pairs))
        if rng.random() < 0.5:
            numbers = [(numbers[at // 8] + at % 8) % len(texts.documents) for at in range(len(numbers))]
        chosen = [texts.passage(number, rng, holding) for _, number, holding in pairs]
        of = torch.tensor([*(number for _, number, _ in pairs), *numbers])
        asked = [question for question, _, _ in pairs]
        short = [_noisy(one, rng) for one in rng.choices(texts.short, k=questions - len(asked))]
        yield Lesson(
            chosen + [texts.passage(number, rng) for number in numbers],
            asked + short,
            of[: len(pairs), None] == of[None],
        )


def _noisy(text: str, rng: random.Random) -> str:
    drawn = rng.random() if text.endswith("?") else 1.0
    return as_typed(text, rng) if drawn < 0.25 else misspelt(text, rng) if drawn < 0.33 else text


class Vectors:
    """Texts to unit vectors by a network that can be trained."""

    def __init__(self, folder: Path, layers: Sequence[int], device: torch.device) -> None:
        given = read_weights(folder)
        moved = {f"encoder.layer.{layer}.": f"encoder.layer.{place}." for place, layer in enumerate(layers)}
        tensors = given | {
            name.replace(start, moved[start], 1): tensor
            for start in moved
            for name, tensor in given.items()
            if name.startswith(start)
        }
        self.network = SpanNetwork.load(folder, tensors, layers=len(layers)).to(device)
        self.device = device
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.no_padding()

    def __call__(self, texts: Sequence[str]) -> Tensor:
        """One row per text, [n, H]: the mean of its tokens' states, scaled to unit length."""
        ids = [one.ids for one in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
        rows = [self._rows([ids[place] for place in order[at : at + BUCKET]]) for at in range(0, len(order), BUCKET)]
        back = torch.empty(len(order), dtype=torch.long)
        back[torch.tensor(order)] = torch.arange(len(order))
        return torch.cat(rows)[back.to(self.device)]

    def _rows(self, ids: Sequence[Sequence[int]]) -> Tensor:
        lengths = torch.tensor([len(one) for one in ids])
        width = padded(int(lengths.max()), 16)
        mask = (torch.arange(width) < lengths[:, None]).to(self.device)
        matrix = torch.tensor([[*one, *[0] * (width - len(one))] for one in ids]).to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
            states = self.network.states(matrix, mask).float()
        return F.normalize((states * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True))


def loss(lesson: Lesson, taught: Sequence[Tensor], made: Sequence[Tensor], paired: float) -> Tensor:
    """How far the student is from its teacher; ``taught`` and ``made`` are the vectors of passages and of questions.

    Ten times the cosine distance (of questions half), the divergence of each question's softmax over the passages, for the
    teacher's vector of the question and, half, for the student's, and ``paired`` times the cross-entropy of the passage that
    answers.
    """
    (passages, questions), (own_passages, own_questions) = taught, made
    far = (1 - (own_passages * passages).sum(1)).mean() + 0.5 * (1 - (own_questions * questions).sum(1)).mean()
    target = F.log_softmax(questions @ passages.T / TEMPERATURE, 1)

    def divergence(asked: Tensor) -> Tensor:
        return F.kl_div(F.log_softmax(asked @ own_passages.T / TEMPERATURE, 1), target,
                        log_target=True, reduction="batchmean")  # fmt: skip

    count = len(lesson.own)
    right = torch.arange(count, device=passages.device)
    others = lesson.own.to(passages.device).clone()
    others[right, right] = False
    scores = (questions[:count] @ own_passages.T / TEMPERATURE).masked_fill(others, -1e4)
    return 10 * far + divergence(questions) + 0.5 * divergence(own_questions) + paired * F.cross_entropy(scores, right)


def train(
    folder: Path,
    texts: Texts,
    layers: Sequence[int],
    steps: int,
    paired: float,
    *,
    passages: int = 640,
    questions: int = 768,
) -> Vectors:
    """A student of these layers of the teacher in ``folder``, after so many steps. The embeddings of words are not trained."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    teacher = Vectors(folder, range(NetworkConfig.read(folder).num_hidden_layers), device)
    student = Vectors(folder, layers, device)
    student.network.words.requires_grad_(False)
    trained = [parameter for parameter in student.network.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, betas=(0.9, 0.98), weight_decay=0.01)
    for step, lesson in enumerate(islice(lessons(texts, passages, questions), steps)):
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / steps / WARM_UP) * (1 - step / steps)
        with torch.no_grad():
            taught = [teacher(some) for some in (lesson.passages, lesson.questions)]
        value = loss(lesson, taught, [student(some) for some in (lesson.passages, lesson.questions)], paired)
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if step % 100 == 0:
            sys.stderr.write(f"step {step} of {steps}: loss {value.item():.3f}\n")
    return student


def write(student: Vectors, teacher: Path, out: Path) -> None:
    """Write the student in the bundled model's form: 8-bit weights, configuration, tokenizer."""
    config = replace(student.network.config, max_position_embeddings=LONGEST)
    named = {name: tensor.float().cpu() for name, tensor in student.network.to_hugging_face().items()}
    positions = "bert.embeddings.position_embeddings.weight"
    named[positions] = named[positions][:LONGEST]
    named = {name: tensor for name, tensor in named.items() if not name.startswith("qa_outputs")}
    write_weights(out, named)
    (out / "config.json").write_text(json.dumps(asdict(config), indent=2) + "\n", encoding="utf-8")
    shutil.copy(teacher / "tokenizer.json", out)


def main(
    teacher: Path,
    data: Path,
    out: Path,
    more: Path | None = None,
    layers: tuple[int, int, int] = (0, 2, 5),
    steps: int = 1156,
    paired: float = 0.5,
) -> None:
    """Train, and write the student."""
    examples = (one for loaded in bundled_sources(data).values() for one in loaded.examples)
    write(train(teacher, Texts.gather(examples, more), layers, steps, paired), teacher, out)


if __name__ == "__main__":
    typer.run(main)
