"""What is made of menus, teasers, comments and small print: questions that only they answer, and questions about the articles.

``python -m eval.studies.asides FOLDER`` asks the questions of ``eval/gold/pages.jsonl`` over FOLDER/NAME.html, and the same with
every block counted as main text. Prints the counts as JSON. The pages themselves are not part of this project.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from index.builder import index_in_memory
from index.documents import Load, load
from index.encoder.embedder import SentenceEmbedder
from index.loaders.text import Content
from index.loaders.web.main_content import all_main
from qa.answers import Answer
from qa.assistant import Assistant
from qa.squad_scores import exact_match, f1

QUESTIONS = Path(__file__).parents[1] / "gold" / "pages.jsonl"
OF_ITS_WORDS = 0.5  # token F1 from which an answer is the aside's, however it is cut


@dataclass(frozen=True, slots=True)
class PageQuestion:
    """A question about a saved page; ``aside`` if its answer stands only outside the article."""

    page: str
    question: str
    answers: tuple[str, ...]
    aside: bool


def questions() -> list[PageQuestion]:
    """The questions, in the order of the file."""
    lines = map(json.loads, QUESTIONS.read_text(encoding="utf-8").splitlines())
    return [PageQuestion(**{**line, "answers": tuple(line["answers"])}) for line in lines]


def unmarked(kind: str, data: bytes) -> Content:
    """Read a page as if all of it were main text."""
    content = load(kind, data)
    return content if content.structure is None else replace(content, structure=all_main(content.structure))


def ask(pages: Sequence[Path], asked: Sequence[PageQuestion], load: Load) -> list[Answer]:
    """Index the pages and ask each question by itself."""
    embedder = SentenceEmbedder.open()
    assistant = Assistant.over_index(index_in_memory(pages, embedder, load=load), embedder)
    return assistant.ask_many([one.question for one in asked])


def counts(asked: Sequence[PageQuestion], answers: Sequence[Answer]) -> dict[str, float]:
    """What became of the questions."""
    both = list(zip(asked, answers, strict=True))
    given = [(one, answer) for one, answer in both if answer.text is not None and one.aside]
    aside = [answer for one, answer in given if f1(str(answer.text), one.answers) >= OF_ITS_WORDS]
    facts = [exact_match(answer.text or "", one.answers) for one, answer in both if not one.aside]
    return {
        "aside_questions": sum(one.aside for one in asked),
        "aside_answered": len(given),
        "aside_answers": len(aside),
        "aside_without_mark": sum(answer.citations[0].main for answer in aside),
        "aside_sure": sum(answer.certainty == "sure" for answer in aside),
        "other_answers_sure": sum(answer.certainty == "sure" for _, answer in given)
        - sum(answer.certainty == "sure" for answer in aside),
        "facts": len(facts),
        "facts_exact": int(sum(facts)),
    }


def main(
    folder: Path,
    each: Annotated[bool, typer.Option("--questions", help="Print each question and its answer too.")] = False,
) -> None:
    """Ask with the marks and without, print one line of JSON each."""
    asked = questions()
    if missing := sorted({one.page for one in asked if not (folder / f"{one.page}.html").exists()}):
        raise typer.BadParameter(f"{folder}: no {', '.join(missing)} (.html)")
    pages = sorted(folder.glob("*.html"))
    for name, how in (("with marks", load), ("all main", unmarked)):
        answers = ask(pages, asked, how)
        for one, answer in zip(asked, answers, strict=True) if each else ():
            marked = "" if not answer.citations or answer.citations[0].main else "  outside the main text"
            right = "=" if exact_match(answer.text or "", one.answers) else "-"
            sys.stdout.write(
                f"{right} {one.page}: {one.question} {answer.text}  {answer.certainty} {answer.confidence:.2f}{marked}\n"
            )
        sys.stdout.write(json.dumps({"pages": name, **counts(asked, answers)}) + "\n")


if __name__ == "__main__":
    typer.run(main)
