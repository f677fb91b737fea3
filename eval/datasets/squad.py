"""SQuAD 1.1 and 2.0 files: their questions, and their paragraphs as documents (Rajpurkar et al. 2016, 2018)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.datasets.questions import Complaint, Dataset, GoldQuestion, UnreadableDataset, question_word
from eval.metrics import Place
from qa.squad import SquadQuestion, parse_questions


def parse_squad(path: Path, whole: Any) -> Dataset:
    """What a SQuAD file holds as JSON: every distinct paragraph becomes a document of its own."""
    names: dict[str, str] = {}
    questions: dict[str, GoldQuestion] = {}
    complaints = []
    try:
        given = parse_questions(path, whole)
    except ValueError as error:
        raise UnreadableDataset(str(error)) from None
    for one in given:
        name = names.setdefault(one.passage, f"paragraph-{len(names) + 1:06d}.txt")
        if one.id in questions:
            complaints.append(Complaint(f"question {one.id}", "the id is taken by an earlier question"))
        elif one.answerable and not one.placed:
            complaints.append(Complaint(f"question {one.id}", "no answer stands at its offset in its paragraph"))
        else:
            questions[one.id] = _gold(one, name)
    if not questions:
        raise UnreadableDataset(f"{path}: no answer stands at its offset")
    paragraphs = {name: context for context, name in names.items()}
    return Dataset(path.name, tuple(questions.values()), paragraphs=paragraphs, complaints=tuple(complaints))


def _gold(question: SquadQuestion, document: str) -> GoldQuestion:
    """A question about a document; its kind is its question word."""
    distinct = tuple(dict.fromkeys(question.answers))
    kind = question_word(question.question) if distinct else "unanswerable"
    texts, starts = tuple(answer.text for answer in distinct), tuple(answer.start for answer in distinct)
    return GoldQuestion(question.id, question.question, texts, document, starts, kind)


def in_indexed_documents(dataset: Dataset, texts: Mapping[str, str]) -> Dataset:
    """A SQuAD file's questions moved from their paragraphs to the indexed documents (name to text) that hold them.

    Questions whose paragraph no document holds keep the paragraph's name, which no document has.
    """
    found = {name: _holder(paragraph, texts) for name, paragraph in dataset.paragraphs.items()}
    moved = tuple(_moved(question, found.get(question.document or "")) for question in dataset.questions)
    return replace(dataset, questions=moved)


def _holder(paragraph: str, texts: Mapping[str, str]) -> Place | None:
    """Where a paragraph stands in the first document that holds it."""
    placed = ((name, text.find(paragraph)) for name, text in texts.items())
    return next((Place(name, start, start + len(paragraph)) for name, start in placed if start >= 0), None)


def _moved(question: GoldQuestion, holder: Place | None) -> GoldQuestion:
    """The question with its offsets counted in the document that holds its paragraph."""
    if holder is None:
        return question
    starts = tuple(None if start is None else start + holder.start for start in question.starts)
    return replace(question, document=holder.document, starts=starts)
