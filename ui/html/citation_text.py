"""An answer and its source as text to paste: plain, Markdown or BibTeX. Only BibTeX holds hashes and offsets."""

from __future__ import annotations

import re
from pathlib import Path

from qa.answers import Answer, Citation
from qa.console import terminal_safe

_TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "%": r"\%", "&": r"\&", "#": r"\#", "$": r"\$", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
# Before all that has a meaning within a line, what begins a list or a heading, and what makes an address a link.
_MARKDOWN = re.compile(
    r"(?=[\\`*_{}\[\]<>#|~$!&@]|://)|(?<=\bwww)(?=\.)|^(?=[-+=])|^\d+(?=[.)](?:\s|$))", re.MULTILINE | re.IGNORECASE
)


def reference(citation: Citation) -> str:
    """A source as a text names it: title, date, page."""
    page = f"p. {citation.page}" if citation.page else ""
    return ", ".join(filter(None, (_line(citation.title), citation.date, page)))


def plain(answer: Answer, sentence: str) -> str:
    """The sentence in quotation marks and its source, on one line; "" without an answer."""
    return f"“{_line(sentence)}” - {reference(answer.citations[0])}" if answer.text and answer.citations else ""


def markdown(answer: Answer, sentence: str) -> str:
    """The question, the sentence as a quotation with the answer in bold, and all sources; "" without an answer."""
    if not answer.text:
        return ""
    before, found, after = sentence.partition(answer.text)
    bold = f"**{escape_markdown(found)}**" if found and (before or after) else escape_markdown(found)
    quoted = "> " + " ".join(f"{escape_markdown(before)}{bold}{escape_markdown(after)}".split())
    sources = "\n".join(
        f"{number}. {escape_markdown(reference(one))}" for number, one in enumerate(answer.citations, 1)
    )
    return f"**{escape_markdown(_line(answer.question))}**\n\n{quoted}\n\n{sources}"


def bibtex(answer: Answer) -> str:
    """A BibTeX @misc entry for the first source, with the answer as its note."""
    if not answer.text or not answer.citations:
        return ""
    one = answer.citations[0]
    key = re.sub(r"[^a-z0-9]+", "-", Path(one.document).stem.lower()).strip("-") or "source"
    pages = f"\n  pages = {{{one.page}}}," if one.page else ""
    return (
        f"@misc{{{key}-{one.start},\n  title = {{{_tex(one.title)}}},{pages}\n"
        f"  howpublished = {{{_tex(Path(one.document).name)}, characters {one.start}-{one.end}}},\n"
        f"  note = {{``{_tex(answer.text)}''; sha256 {one.sha256}}}\n}}"
    )


def escape_markdown(value: str) -> str:
    """``value`` as Markdown that shows these words alone: no emphasis, lists, links, images or markup, no control characters."""
    return _MARKDOWN.sub(r"\g<0>\\", terminal_safe(value))


def _line(value: str) -> str:
    return " ".join(value.split())


def _tex(value: str) -> str:
    """``value`` on one line, with TeX's special characters escaped."""
    return "".join(_TEX.get(character, character) for character in _line(value))
