"""Training examples from SQuAD, QAMR and gold files: a question, a passage, and the answer's place in it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from qa.english import PEOPLE, THINGS
from qa.reader.span_boundaries import trim
from qa.squad import SquadQuestion, read_questions

PRONOUNS = frozenset((*PEOPLE, *THINGS, *"that which who whom i we you one".split()))
FULLEST = 80  # characters; longer spans are more often whole sentences than whole names


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """One question with one passage. The answer is ``passage[start:end]``; both are None if there is none.

    ``votes`` holds every annotator's span if they differ, and every part of a list; empty means ``start`` and ``end``
    alone. ``document`` names the article that the passage is from, "" if it is not known.
    """

    id: str
    group: str
    question: str
    passage: str
    start: int | None
    end: int | None
    votes: tuple[tuple[int, int], ...] = ()
    document: str = ""

    @property
    def answer(self) -> str | None:
        """The answer's words, or None."""
        return None if self.start is None else self.passage[self.start : self.end]

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The spans of all votes, or of the answer alone; none without an answer."""
        alone = () if self.start is None or self.end is None else ((self.start, self.end),)
        return self.votes or alone

    def inside(self, passage: str, ahead: int) -> TrainingExample:
        """The example in a longer passage, which holds its own from the character ``ahead`` on."""
        moved = replace(self, passage=passage, votes=tuple((start + ahead, end + ahead) for start, end in self.votes))
        return (
            moved
            if self.start is None or self.end is None
            else replace(moved, start=self.start + ahead, end=self.end + ahead)
        )

    def without_answer(self, **fields: Any) -> TrainingExample:
        """The example without its answer, and with other fields."""
        return replace(self, start=None, end=None, votes=(), **fields)

    def answered_in(self, passage: str) -> bool:
        """Whether another passage holds the words of one of the answers."""
        lower = passage.lower()
        return any(self.passage[slice(*span)].lower() in lower for span in self.spans)


@dataclass(slots=True)
class Loaded:
    """A file's examples, and one sentence for each question that was skipped."""

    examples: list[TrainingExample] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


# An example without answer and the spans of its answers, to an example with them, or None to leave it out.
Answered = Callable[[TrainingExample, Sequence[tuple[int, int]]], TrainingExample | None]


def read_squad(path: Path) -> Loaded:
    """Read a SQuAD 1.1 or 2.0 JSON file; answers that are not at their offset are skipped and reported."""
    return read_spans(path, with_votes)


def read_spans(path: Path, answered: Answered) -> Loaded:
    """Read a SQuAD-format file; ``answered`` makes an example with an answer of one without and its spans.

    ``answered`` returns None for a question to leave out. Answers that are not at their offset are skipped and reported.
    """
    loaded = Loaded()
    for one in read_questions(path):
        votes = _votes(one)
        if one.answerable and not votes:
            loaded.skipped.append(f"{path.name}: question {one.id}: its answer does not stand at its offset")
            continue
        blank = TrainingExample(one.id, one.id, one.question, one.passage, None, None, document=one.title)
        example = answered(blank, votes) if votes else blank
        if example is not None:
            loaded.examples.append(example)
    return loaded


def _votes(question: SquadQuestion) -> list[tuple[int, int]]:
    """The spans of the answers that stand at their offsets, in the file's order."""
    placed = (
        (answer.start, answer.start + len(answer.text)) for answer in question.answers if answer.start is not None
    )
    trimmed = (trim(question.passage, *span) for span in placed)
    return [span for span in trimmed if span[0] < span[1]]


def with_votes(example: TrainingExample, votes: Sequence[tuple[int, int]], fullest: int = FULLEST) -> TrainingExample:
    """The example with its annotators' most frequent answer, the shortest of several, and all their spans if they differ.

    As many votes again go to the longest overlapping span of up to ``fullest`` characters; with 0, to the answer itself:
    annotators of these sets quote briefly, but users want whole names and places.
    """
    counted = Counter(votes)
    start, end = min(counted, key=lambda span: (-counted[span], span[1] - span[0], span))
    overlapping = (span for span in votes if span[0] < end and span[1] > start and span[1] - span[0] <= fullest)
    full = max(overlapping, key=lambda span: span[1] - span[0], default=(start, end))
    differing = (*votes, *[full] * len(votes)) if len(counted) > 1 else ()
    return replace(example, start=start, end=end, votes=differing)


BRACKETS = {
    "-LRB-": "(",
    "-RRB-": ")",
    "-LSB-": "[",
    "-RSB-": "]",
    "-LCB-": "{",
    "-RCB-": "}",
    "``": '"',
    "''": '"',
    "--": "–",
}
NO_SPACE_BEFORE = re.compile(r"^(?:[.,;:!?%)\]}]|'s|'S|n't|'re|'ve|'ll|'d|'m|')$")
NO_SPACE_AFTER = re.compile(r"^[(\[{$£€#]$")


@dataclass(frozen=True, slots=True)
class Detokenised:
    """A sentence as written, with the characters [start, end) of each token."""

    text: str
    spans: list[tuple[int, int]]


def detokenise(tokens: list[str]) -> Detokenised:
    """Undo Penn Treebank tokenisation, keeping each token's place."""
    text, spans, glue, open_quote = "", [], True, False
    for token in tokens:
        written = BRACKETS.get(token, token)
        closing = written == '"' and (token == "''" or (token == '"' and open_quote))
        space = not glue and not closing and not NO_SPACE_BEFORE.match(written)
        text += " " * space
        spans.append((len(text), len(text) + len(written)))
        text += written
        glue = bool(NO_SPACE_AFTER.match(written)) or (written == '"' and not closing)
        open_quote = (not closing) if written == '"' else open_quote
    return Detokenised(text, spans)


def read_qamr(questions: Path, sentences: Path, neighbours: int = 2) -> Loaded:
    """Read QAMR (Michael et al. 2018): questions from one .tsv file, sentences from another.

    The passage is the sentence with up to ``neighbours`` others of its document. Answers that are not one run of tokens
    are skipped, and so are questions for which no validator chose a token of the writer's answer (validators mark bad
    questions that way); neither is reported.
    """
    texts = {
        name: detokenise(text.split())
        for name, _, text in (line.partition("\t") for line in sentences.read_text(encoding="utf-8").split("\n"))
    }
    documents: dict[str, list[str]] = {}
    for name in texts:
        documents.setdefault(name.rsplit(":", 2)[0], []).append(name)
    loaded, seen = Loaded(), set()
    for number, line in enumerate(questions.read_text(encoding="utf-8").split("\n"), 1):
        cells = line.split("\t")
        if not line:
            continue
        if len(cells) < 9 or cells[0] not in texts or not cells[6].replace(" ", "").isdigit():
            loaded.skipped.append(f"{questions.name}: line {number}: not a QAMR row of a known sentence")
            continue
        name, question, tokens = cells[0], cells[5], [int(index) for index in cells[6].split()]
        votes = [set(vote.partition(":")[2].split()) for vote in cells[7:9]]
        agreed = any(vote & {str(index) for index in tokens} for vote in votes)
        contiguous = bool(tokens) and tokens == list(range(tokens[0], tokens[-1] + 1))
        if not (agreed and contiguous) or (name, question) in seen:
            continue
        seen.add((name, question))
        near = around(documents[name.rsplit(":", 2)[0]], name, number % (neighbours + 1))
        passage = " ".join(texts[other].text for other in near)
        offset = sum(len(texts[other].text) + 1 for other in near[: near.index(name)])
        spans = texts[name].spans
        start, end = trim(passage, offset + spans[tokens[0]][0], offset + spans[tokens[-1]][1])
        if start < end and passage[start:end].lower() not in PRONOUNS:
            key = f"qamr-{questions.stem}-{number}"
            document = name.rsplit(":", 2)[0]
            loaded.examples.append(TrainingExample(key, key, question, passage, start, end, document=document))
    return loaded


def around(names: list[str], name: str, neighbours: int) -> list[str]:
    """``name`` with up to ``neighbours`` adjacent sentences, in order."""
    place = names.index(name)
    first = max(0, min(place - neighbours // 2, len(names) - neighbours - 1))
    return names[first : first + neighbours + 1]


def read_gold(path: Path, folder: Path) -> Loaded:
    """Read a gold JSONL file; the passage is the paragraph of the document in ``folder`` that holds the answer.

    Raises ValueError naming the file if it is no text, or a SQuAD-format file.
    """
    loaded = Loaded()
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except ValueError as error:
        raise ValueError(f"{path}: not a text file in UTF-8") from error
    if '"paragraphs"' in lines[0] and '"data"' in lines[0]:
        raise ValueError(f"{path}: a SQuAD-format file; give it a name that ends in .json")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not row["answers"] or row.get("start") is None:
                continue
            text = (folder / row["document"]).read_bytes().decode("utf-8")
            end = row["start"] + len(row["answers"][0])
            if text[row["start"] : end] != row["answers"][0]:
                raise ValueError("its answer does not stand at its offset")
        except (KeyError, TypeError, ValueError, OSError) as error:
            reason = f"{error} is missing" if isinstance(error, KeyError) else error
            loaded.skipped.append(f"{path.name}: line {number}: {reason}")
            continue
        before = text.rfind("\n\n", 0, row["start"])
        left, right = before + 2 if before >= 0 else 0, text.find("\n\n", end)
        passage = text[left : right if right >= 0 else len(text)]
        key = str(row.get("id", number))
        loaded.examples.append(
            TrainingExample(
                key, key, row["question"], passage, row["start"] - left, end - left, document=row["document"]
            )
        )
    return loaded
