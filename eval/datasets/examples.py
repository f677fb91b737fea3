"""Reading a set of questions, and proving that each of its answers stands at its offset."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from eval.datasets.gold_lines import parse_gold
from eval.datasets.questions import Complaint, Dataset, GoldQuestion, UnreadableDataset, same_document
from eval.datasets.squad import parse_squad


def load(path: Path) -> Dataset:
    """Read a gold JSONL file or a SQuAD 1.1 / 2.0 JSON file; UnreadableDataset if it is neither."""
    text = _text_of(path)
    try:
        whole = json.loads(text)
    except ValueError:
        whole = None
    if isinstance(whole, dict) and "data" in whole:
        return parse_squad(path, whole)
    if path.suffix == ".json":
        raise UnreadableDataset(f'{path}: not a SQuAD file (a JSON object with "data") and not JSON lines')
    return parse_gold(path, text)


def _text_of(path: Path) -> str:
    """The file as text, or why not."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UnreadableDataset(f"{path}: there is no such file") from None
    except UnicodeDecodeError as error:
        raise UnreadableDataset(f"{path}: not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise UnreadableDataset(f"{path}: {error.strerror}") from None


def validate(path: Path, folder: Path) -> list[Complaint]:
    """Everything wrong with a gold file against the documents of ``folder``; empty if each answer is proved."""
    dataset = load(path)
    turns = [turn for dialogue in dataset.dialogues for turn in dialogue.turns]
    asked = [*dataset.questions, *turns]
    texts = _texts(folder, {holder for question in asked for holder in question.holders})
    return [*dataset.complaints, *misplaced(asked, texts)]


def misplaced(questions: Sequence[GoldQuestion], texts: Mapping[str, str]) -> list[Complaint]:
    """The questions whose document is not among ``texts`` (by name), or has no answer of theirs at its offset."""
    faults = ((question, _fault(question, texts)) for question in questions)
    return [Complaint(f"question {question.id}", fault, misleading=True) for question, fault in faults if fault]


def _fault(question: GoldQuestion, texts: Mapping[str, str]) -> str | None:
    """What is wrong with the place of a question's answer; None if nothing is."""
    if question.document is None:
        return None if not question.answers else "has answers but names no document"
    absent = [holder for holder in question.holders if not any(same_document(holder, name) for name in texts)]
    if absent:
        return f"there is no document {absent[0]}"
    named = [name for name in texts if same_document(question.document, name)]
    if question.answers and not any(_stands(question, name, texts[name]) for name in named):
        place = "in" if question.starts[0] is None else f"at offset {question.starts[0]} of"
        return f"none of its answers stands {place} {question.document}"
    held = [texts[name] for name in named]
    missing = [item for item in question.items if not any(wording in text for wording in item for text in held)]
    return f"the item {missing[0][0]!r} does not stand in {question.document}" if missing else None


def _stands(question: GoldQuestion, name: str, text: str) -> bool:
    """Whether an answer stands at its offset; anywhere, if the offset is unknown."""
    if question.starts[0] is None:
        return any(answer in text for answer in question.answers)
    return bool(question.places(name, text))


def _texts(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """The texts of the files under ``folder`` that fit one of ``names``, by path."""
    wanted = set(names)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path): _document_text(path) for path in files if any(same_document(name, str(path)) for name in wanted)}


def _document_text(path: Path) -> str:
    """The text that offsets count in: the file itself for plain text, what the reader extracts for others."""
    if path.suffix in (".txt", ".md"):
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    from index.documents import read_document

    return read_document(path).text
