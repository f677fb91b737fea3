"""The project's own gold files: one question or dialogue per line, in JSON."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any

from eval.datasets.questions import Complaint, Dataset, Dialogue, GoldQuestion, UnreadableDataset


def parse_gold(path: Path, text: str) -> Dataset:
    """Questions and dialogues of JSON lines; a bad line is complained of and the rest goes on.

    UnreadableDataset if not one line is well-formed.
    """
    questions: dict[str, GoldQuestion] = {}
    dialogues: dict[str, Dialogue] = {}
    complaints = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = _object(line)
            _fresh(row, questions.keys() | dialogues.keys())
            if "turns" in row:
                dialogues[_string(row, "id")] = _dialogue(row)
            else:
                questions[_string(row, "id")] = _question(row)
        except ValueError as error:
            complaints.append(Complaint(f"{path.name} line {number}", str(error)))
    if not questions and not dialogues:
        first = f"; {complaints[0]}" if complaints else ""
        raise UnreadableDataset(f"{path}: holds no well-formed question{first}")
    return Dataset(path.name, tuple(questions.values()), tuple(dialogues.values()), complaints=tuple(complaints))


def _object(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise ValueError(f"not JSON ({error})") from None
    if not isinstance(row, dict):
        raise ValueError("not a JSON object")
    return row


def _fresh(row: Mapping[str, Any], seen: Container[object]) -> None:
    """Complain of an id that an earlier line has."""
    if row.get("id") in seen:
        raise ValueError(f"the id {row['id']!r} is taken by an earlier line")


def _string(row: Mapping[str, Any], key: str) -> str:
    """A field that has to be a string with something in it."""
    value = row.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{key!r} has to be a string that is not empty, not {value!r}")
    return value


def _strings(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A field that has to be a list of strings that are not empty; () if it is absent."""
    value = row.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
        raise ValueError(f"{key!r} has to be a list of strings that are not empty, not {value!r}")
    return tuple(value)


def _question(row: Mapping[str, Any]) -> GoldQuestion:
    """One row as a question; ValueError says what is wrong with it."""
    if "answers" not in row:
        raise ValueError("'answers' is missing (an empty list if there is no answer)")
    answers, start, document = _strings(row, "answers"), row.get("start"), row.get("document")
    if start is not None and (not isinstance(start, int) or isinstance(start, bool) or start < 0):
        raise ValueError(f"'start' has to be an offset or null, not {start!r}")
    if document is not None and (not isinstance(document, str) or not document):
        raise ValueError(f"'document' has to be a file name or null, not {document!r}")
    if start is not None and document is None:
        raise ValueError("'start' is given without a 'document'")
    verdict = row.get("verdict")
    if verdict not in (None, "yes", "no"):
        raise ValueError(f'\'verdict\' has to be "yes", "no" or null, not {verdict!r}')
    kind = _string(row, "kind") if row.get("kind") is not None else ("answerable" if answers else "unanswerable")
    starts = (start,) * len(answers)
    question = _string(row, "question")
    return GoldQuestion(
        _string(row, "id"), question, answers, document, starts, kind, _items(row), verdict, _strings(row, "documents")
    )


def _items(row: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """The parts of a list: each a string, or a list of the wordings that count."""
    given = row.get("items", [])
    if not isinstance(given, list) or not all(given):
        raise ValueError(f"'items' has to be a list of strings or of lists of strings, not {given!r}")
    return tuple(_strings({"items": [item] if isinstance(item, str) else item}, "items") for item in given)


def _dialogue(row: Mapping[str, Any]) -> Dialogue:
    """One row as a dialogue; its turns are named ``id#1``, ``id#2``, ..."""
    id, turns = _string(row, "id"), row["turns"]
    if not isinstance(turns, list) or not turns or not all(isinstance(turn, dict) for turn in turns):
        raise ValueError("'turns' has to be a list of questions that is not empty")
    numbered = enumerate(turns, start=1)
    return Dialogue(id, tuple(_question({"kind": "dialogue", **turn, "id": f"{id}#{n}"}) for n, turn in numbered))
