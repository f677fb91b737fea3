"""SQuAD 1.1 and 2.0 files: their questions, and their paragraphs as documents (Rajpurkar et al. 2016, 2018)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.metrics import Place
from eval.questions import Complaint, Dataset, GoldQuestion, UnreadableDataset, question_word


def parse_squad(path: Path, whole: Mapping[str, Any]) -> Dataset:
    """A SQuAD file: every distinct paragraph becomes a document of its own."""
    names: dict[str, str] = {}
    questions: dict[str, GoldQuestion] = {}
    complaints = []
    try:
        for context, row in _squad_rows(whole):
            name = names.setdefault(context, f"paragraph-{len(names) + 1:06d}.txt")
            id = str(row["id"])
            question = _squad_question(id, name, row)
            if id in questions:
                complaints.append(Complaint(f"question {id}", "the id is taken by an earlier question"))
            elif question.answers and not question.places(name, context):
                complaints.append(Complaint(f"question {id}", "no answer stands at its offset in its paragraph"))
            else:
                questions[id] = question
    except (KeyError, TypeError) as error:
        raise UnreadableDataset(f"{path}: not in SQuAD's form ({type(error).__name__}: {error})") from None
    if not questions:
        raise UnreadableDataset(f"{path}: holds no question")
    paragraphs = {name: context for context, name in names.items()}
    return Dataset(path.name, tuple(questions.values()), paragraphs=paragraphs, complaints=tuple(complaints))


def _squad_rows(whole: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each question of a SQuAD file with the text of its paragraph."""
    for article in whole["data"]:
        for paragraph in article["paragraphs"]:
            for row in paragraph["qas"]:
                yield paragraph["context"], row


def _squad_question(id: str, document: str, row: Mapping[str, Any]) -> GoldQuestion:
    """One question of a SQuAD file; its kind is its question word."""
    given = [] if row.get("is_impossible") else row["answers"]
    distinct = dict.fromkeys((str(answer["text"]), int(answer["answer_start"])) for answer in given)
    kind = question_word(row["question"]) if distinct else "unanswerable"
    texts, starts = tuple(text for text, _ in distinct), tuple(start for _, start in distinct)
    return GoldQuestion(id, str(row["question"]), texts, document, starts, kind)


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
