"""``pincite ask``: read the questions, ask them, print the answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from qa.answers import Answer, Citation
from qa.assistant import Assistant, check_question
from qa.console import Terminal, out, print_json, progress, terminal_safe, warn

TOGETHER = 8  # questions: enough to fill the reader's batches, and few enough that answers appear as they come

Row = tuple[str | None, str]  # the id and the question


def open_assistant(
    place: str | Path, *, reader: str | None, embedder: str | None, where: str | None = None
) -> Assistant:
    """Open the index and the models, and print the index's warnings."""
    assistant = Assistant.open(place, reader=reader, embedder=embedder)
    warn(assistant.warnings)
    return assistant if where is None else assistant.where(where)


def ask_all(assistant: Assistant, rows: Sequence[Row], k: int, *, as_json: bool) -> None:
    """Ask the questions and print each answer."""
    said = assistant.warnings
    with progress("Reading", total=len(rows)) as step:
        for at in range(0, len(rows), TOGETHER):
            some = rows[at : at + TOGETHER]
            answers = assistant.ask_many([question for _, question in some], k)
            warn(warning for warning in assistant.warnings if warning not in said)  # damage met while reading
            said = assistant.warnings
            step(at + len(some), len(rows))
            for (id, _), answer in zip(some, answers, strict=True):
                if as_json:
                    print_json(answer.with_id(id).as_dict())
                else:
                    show(answer, out)


def read_batch(path: Path) -> list[Row]:
    """The ids and questions of a batch file; ValueError naming the first bad line."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: not UTF-8 ({error.reason} at byte {error.start})") from error
    return [_row(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _row(path: Path, number: int, line: str) -> Row:
    try:
        row = json.loads(line)
        id, question = row.get("id"), row["question"]
    except (ValueError, KeyError, AttributeError) as error:
        raise ValueError(f'{path}: line {number} is not {{"id": ..., "question": ...}}') from error
    try:
        check_question(question if isinstance(question, str) else "")
    except ValueError as error:
        raise ValueError(f"{path}: line {number}: {error}") from error
    return (None if id is None else str(id), question)


def marked(citation: Citation, around: int = 160) -> Text:
    """The quote in bold, with the words of the passage around it."""
    passage, left, right = (
        citation.passage,
        citation.start - citation.passage.start,
        citation.end - citation.passage.start,
    )
    before, after = passage.text[max(0, left - around) : left], passage.text[right : right + around]
    text = Text("…" * (left > around) + terminal_safe(before), style="dim")
    text.append(terminal_safe(citation.quote), style="bold green not dim")
    text.append(terminal_safe(after) + "…" * (right + around < len(passage.text)), style="dim")
    return text


def show(answer: Answer, console: Terminal) -> None:
    """Print the answer, then its evidence; before both, the question as understood, if that is not as typed."""
    if answer.understood is not None and answer.understood != answer.question:
        console.print(f"Read as: {answer.understood}", style="dim")
    if answer.notice is not None:
        console.say(answer.notice, "yellow")
    if answer.text is not None:
        reason = f"; {answer.reason}" if answer.reason else ""
        console.print(
            Text(terminal_safe(answer.text), style="bold"),
            Text(f"({answer.certainty}, {answer.confidence:.2f}{reason})", style="dim"),
        )
        for item in answer.items if answer.kind == "list" else ():
            console.say(f"- {item.quote}")
    elif answer.kind == "none":
        near = "Nothing in the articles is near an answer" if answer.nothing_near else "No short answer found"
        console.print(f"{near}. The sentences nearest to the question:", style="yellow")
    for number, citation in enumerate(answer.citations, 1):
        console.say(f"[{number}] {_place(citation)}", "cyan")
        inside = answer.likeliest_in(citation) if answer.text is None else citation
        console.print(marked(inside) if inside else Text(terminal_safe(citation.quote)))
    if answer.agreement.conflict:
        console.print("The articles differ on this:", style="yellow")
        for other in answer.alternatives[:1]:
            console.say(f"{other.answer}  ({_place(other.citations[0])})")
    for document in answer.documents:
        console.say(f"{document.title}{_date(document.date)}  {document.document}")
    for part in answer.parts:
        console.say(part.question, "bold")
        show(part, console)


def _place(citation: Citation) -> str:
    page = f", page {citation.page}" if citation.page else ""
    return f"{citation.title}{page}{_date(citation.date)}  {citation.document}:{citation.start}-{citation.end}"


def _date(date: str | None) -> str:
    """The day of a date, after a comma."""
    return f", {date[:10]}" if date else ""
