"""QED's annotated Natural Questions (Lamm et al. 2020) as a SQuAD file: ``python -m eval.datasets.qed IN.jsonl OUT.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from eval.datasets.questions import UnreadableDataset
from index.files import replace_file
from qa.cli import plain_errors


def convert(source: Path, target: Path) -> int:
    """Write ``source``'s questions in SQuAD's form and return how many; every annotator's spans count as answers.

    The paragraphs stay as they are, token by token with spaces between, so that the offsets hold. UnreadableDataset
    names the line that is not QED's or whose answer is not at its offset.
    """
    lines = source.read_text(encoding="utf-8").split("\n")
    articles = [_article(source, number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    text = json.dumps({"version": "qed", "data": articles}, ensure_ascii=False)
    replace_file(target, f"{text}\n".encode())
    return len(articles)


def _article(source: Path, number: int, line: str) -> dict[str, Any]:
    """One line as an article of one paragraph with one question."""
    try:
        row = json.loads(line)
        context = str(row["paragraph_text"])
        spans = [span for annotator in row["original_nq_answers"] for span in annotator]
        distinct = dict.fromkeys((int(span["start"]), int(span["end"])) for span in spans)
        wrong = next((span for span in spans if context[span["start"] : span["end"]] != span["string"]), None)
        title, id, question = str(row["title_text"]), str(row["example_id"]), str(row["question_text"])
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableDataset(f"{source} line {number}: not a QED row ({type(error).__name__}: {error})") from None
    if wrong is not None:
        raise UnreadableDataset(f"{source} line {number}: {wrong['string']!r} does not stand at {wrong['start']}")
    return {"title": title, "paragraphs": [{"context": context, "qas": [_question(id, question, context, distinct)]}]}


def _question(id: str, question: str, context: str, spans: Mapping[tuple[int, int], None]) -> dict[str, Any]:
    answers = [{"text": context[start:end], "answer_start": start} for start, end in spans]
    return {"id": id, "question": question, "answers": answers, "is_impossible": not answers}


def main(source: Path, target: Path) -> None:
    """Convert a file, and say how many questions it holds."""
    with plain_errors():
        typer.echo(f"{convert(source, target)} questions in {target}")


if __name__ == "__main__":
    typer.run(main)
