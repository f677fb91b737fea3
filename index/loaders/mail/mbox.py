"""Reads mailboxes: the mails in order, each below its subject as a heading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from index.loaders.draft import Draft, drafted
from index.loaders.mail.eml import Mail, not_read, read_mail
from index.loaders.progress import go_on
from index.loaders.text import LONGEST_HEADING, Content, UnreadableContent

WITHOUT_SUBJECT = "(no subject)"
TOGETHER = 500  # mails after which the reading is said to go on: they take about a second

# A mail begins with a "From " line after an empty line. Prose may hold such a line, too, but no headers follow it.
_BEGINNING = re.compile(rb"(?:\A\s*|(?<=\n\n)|(?<=\n\r\n))From [^\r\n]*\r?\n(?=[!-9;-~]+:)")
_END_OF_HEADERS = re.compile(rb"\n\r?\n")
_HEADER = re.compile(rb"^(?:From|Date|Subject|Received)[ \t]*:", re.IGNORECASE | re.MULTILINE)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


def load_mbox(data: bytes) -> Content:
    """Read every mail as a .eml file is read; an unreadable one is skipped with a warning."""
    draft = Draft()
    attached: list[str] = []
    missing = 0
    for number, source in enumerate(_sources(data), start=1):
        if number % TOGETHER == 0:
            go_on()
        mail = _read(source)
        if mail is None:
            missing += 1
            continue
        draft.add(mail.subject[:LONGEST_HEADING].rstrip() or WITHOUT_SUBJECT, "heading", level=1)
        if mail.draft.length:
            draft.append(mail.draft.text, mail.draft.structure)
        attached += mail.attached
    if not draft.length:
        raise UnreadableContent(f"damaged: none of its {missing} mails can be read")
    return replace(drafted(draft, warnings=tuple(_warnings(missing, attached))), title=None)


def _sources(data: bytes) -> Iterator[bytes]:
    """Yield the bytes of each mail, without the "From " line before it."""
    beginnings = [found for found in _BEGINNING.finditer(data) if not found.start() or _headed(data, found.end())]
    if not beginnings or beginnings[0].start():
        raise UnreadableContent("damaged: it is not a mailbox, as it does not begin with a mail")
    ends = [*(found.start() for found in beginnings[1:]), len(data)]
    for found, end in zip(beginnings, ends, strict=True):
        yield _QUOTED.sub(rb"\1", data[found.end() : end])


def _headed(data: bytes, start: int) -> bool:
    """Whether a mail header appears before the next empty line."""
    end = _END_OF_HEADERS.search(data, start)
    return _HEADER.search(data, start, end.start() if end else len(data)) is not None


def _read(source: bytes) -> Mail | None:
    try:
        return read_mail(source)
    except MemoryError:
        raise
    except Exception:  # a parser may raise anything on a malformed mail; it never stops the others
        return None


def _warnings(missing: int, attached: list[str]) -> Iterator[str]:
    if missing:
        yield f"{missing} of its mails could not be read"
    yield from not_read(attached)
