"""An answer and its source as text to paste: plain, Markdown or BibTeX."""

from __future__ import annotations

import re
from pathlib import Path

from qa.answers import Answer, Citation

_TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "%": r"\%", "&": r"\&", "#": r"\#", "$": r"\$", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~$!])")


def place(citation: Citation) -> str:
    """A citation in words: title, page if it has one, file, characters, and the start of the file's hash."""
    page = f", p. {citation.page}" if citation.page else ""
    where = f"characters {citation.start}-{citation.end}"
    return f"{_line(citation.title)}{page} ({Path(citation.document).name}, {where}, sha256 {citation.sha256[:12]})"


def plain(answer: Answer) -> str:
    """The answer in quotation marks and its first source, on one line."""
    return f"“{answer.text}” - {place(answer.citations[0])}" if answer.text and answer.citations else ""


def markdown(answer: Answer) -> str:
    """The answer as a Markdown quotation, with all its sources below."""
    if not answer.text:
        return ""
    quoted = "\n".join(f"> {escape_markdown(line)}" for line in answer.text.splitlines() or [""])
    sources = "\n".join(f"{number}. {escape_markdown(place(one))}" for number, one in enumerate(answer.citations, 1))
    return f"{quoted}\n\n{sources}"


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
    """``value`` as Markdown that renders as exactly this text: no emphasis, links, images or markup."""
    return _MARKDOWN.sub(r"\\\1", value)


def _line(value: str) -> str:
    return " ".join(value.split())


def _tex(value: str) -> str:
    """``value`` on one line, with TeX's special characters escaped."""
    return "".join(_TEX.get(character, character) for character in _line(value))
