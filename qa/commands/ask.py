"""An answer on a terminal."""

from __future__ import annotations

from rich.text import Text

from qa.answers import Answer, Citation, confidence_word
from qa.console import Terminal, terminal_safe


def marked(citation: Citation, around: int = 160) -> Text:
    """The quote in bold among the passage's words beside it."""
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


def show(answer: Answer, console: Terminal, *, explain: bool = False) -> None:
    """Print the answer first, then the evidence; before both, the question where it was understood otherwise than typed."""
    if answer.understood is not None and answer.understood != answer.question:
        console.print(f"Read as: {answer.understood}", style="dim")
    if answer.text is None:
        console.print("Not in the articles. The nearest passages:", style="yellow")
    else:
        console.print(
            Text(terminal_safe(answer.text), style="bold"),
            Text(f"({confidence_word(answer.confidence)}, {answer.confidence:.2f})", style="dim"),
        )
    if answer.conflict:
        console.print("The articles differ on this:", style="yellow")
    for number, citation in enumerate(answer.citations, 1):
        page = f", page {citation.page}" if citation.page else ""
        place = f"{citation.title}{page}  {citation.document}:{citation.start}-{citation.end}"
        console.say(f"[{number}] {place}", "cyan")
        near = Text(terminal_safe(citation.passage.text[:320]), style="dim")
        console.print(marked(citation) if citation.quote else near)
    if answer.conflict:
        for other in answer.alternatives[:1]:
            console.say(f"{other.answer}  ({other.citations[0].title}, {other.citations[0].document})")
    if explain and answer.evidence is not None:
        why = answer.evidence
        lead = "-" if why.runner_up_margin is None else f"{why.runner_up_margin:.1f}"
        console.say(
            f"found at rank {why.term_rank or '-'} by terms and {why.vector_rank or '-'} by vectors; "
            f"span margin {why.span_margin:.1f}; lead {lead}; {why.agreement} documents agree",
            "dim",
        )
