"""Reads mails: who wrote to whom and when, and the body, from plain text or HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import EmailPolicy, default
from functools import lru_cache
from typing import Any

from index.blocks import Structure
from index.loaders.draft import Draft, drafted
from index.loaders.paragraphs import paragraphs
from index.loaders.text import Content, UnreadableContent
from index.loaders.web.html import read_html

SHOWN = ("From", "To", "Cc", "Date")
MOST_NAMED = 10  # attachments
LONGEST_NAME = 100  # characters of one
DEEPEST = 5  # mails in mails
LONGEST_STUB, TIMES_A_STUB = 500, 2  # characters of plain text beside HTML of so many times as many
LONGEST_HEADER = 4_000  # characters; the library takes quadratic time on one


class _Bounded(EmailPolicy):
    """The library's policy for modern mails, except that long headers are cut and repeated ones parsed once."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        """Parse a header, as the library's own policy does."""
        return _header(name, str(value)[:LONGEST_HEADER])


@lru_cache(maxsize=256)
def _header(name: str, value: str) -> Any:
    try:
        return default.header_fetch_parse(name, value)
    except Exception:  # the library raises anything on a malformed header, which is then shown as it stands
        return value


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail: its subject on one line, the visible headers with the body, and the names of its attachments."""

    subject: str
    draft: Draft
    date: str | None
    authors: tuple[str, ...]
    language: str | None
    attached: tuple[str, ...]


def load_eml(data: bytes) -> Content:
    """Read the visible headers and the body; the title is the subject. Attachments are named in a warning, not read."""
    mail = read_mail(data)
    return drafted(
        mail.draft,
        title=mail.subject,
        date=mail.date,
        warnings=not_read(mail.attached),
        authors=mail.authors,
        language=mail.language,
    )


def not_read(attached: Sequence[str]) -> tuple[str, ...]:
    """A warning that names the first attachments and counts the others; none without attachments."""
    if not attached:
        return ()
    named = ", ".join(name[:LONGEST_NAME] for name in attached[:MOST_NAMED])
    more = f" and {len(attached) - MOST_NAMED} more" if len(attached) > MOST_NAMED else ""
    return (f"attachments not read: {named}{more}",)


def read_mail(data: bytes) -> Mail:
    """Parse a mail; raises UnreadableContent if the bytes are not one."""
    message = BytesParser(policy=_Bounded()).parsebytes(data)
    if not any(message[name] for name in ("From", "Date", "Subject", "Received")):
        raise UnreadableContent("damaged: it is not a mail")
    assert isinstance(message, EmailMessage)
    draft = Draft()
    attached = tuple(_put(draft, message, DEEPEST))
    return Mail(
        subject=_storable(_words(message["Subject"])),
        draft=draft,
        date=_date(message),
        authors=tuple(one.display_name or one.addr_spec for one in getattr(message["From"], "addresses", ())),
        language=_words(message["Content-Language"]) or None,
        attached=attached,
    )


def _put(draft: Draft, message: EmailMessage, depth: int) -> Iterator[str]:
    """Put a mail and, below their subjects, those that it forwards; yield the names of its other attachments."""
    headers = "\n".join(f"{name}: {_words(message[name])}" for name in SHOWN if message[name])
    draft.add(_storable(headers))
    body, structure = _body(message)
    if body:
        draft.append(body, structure)
    for part in message.iter_attachments():
        forwarded = part.get_content() if depth and part.get_content_type() == "message/rfc822" else None
        if isinstance(forwarded, EmailMessage):
            draft.add(_storable(_words(forwarded["Subject"])), "heading", level=2)
            yield from _put(draft, forwarded, depth - 1)
        else:
            yield part.get_filename() or "one without a name"


def _plain(text: str) -> tuple[str, Structure]:
    text = _storable(text.replace("\r\n", "\n")).strip()
    return text, paragraphs(text)


def _body(message: EmailMessage) -> tuple[str, Structure]:
    """The plain text, or the HTML if there is none or it says far more, as where the text only asks for a newer program."""
    plain = _read(message.get_body(("plain",)))
    if len(plain[0]) >= LONGEST_STUB:
        return plain
    html = _read(message.get_body(("html",)))
    return html if len(html[0]) > TIMES_A_STUB * len(plain[0]) else plain


def _read(part: Any) -> tuple[str, Structure]:
    """The text of a part; headings of HTML are below the subject."""
    if part is None:
        return "", Structure()
    try:
        text = str(part.get_content())
    except LookupError:  # an unknown charset
        text = (part.get_payload(decode=True) or b"").decode("utf-8", "replace")
    if part.get_content_subtype() != "html":
        return _plain(text)
    try:
        page = read_html(text)
    except UnreadableContent:
        return "", Structure()
    structure = page.structure or Structure()
    blocks = (replace(one, level=one.level + (one.kind == "heading")) for one in structure.blocks)
    return page.text, Structure.of(blocks, structure.marks)


def _date(message: EmailMessage) -> str | None:
    moment = getattr(message["Date"], "datetime", None)
    return moment.isoformat() if moment else None


def _words(header: object) -> str:
    return " ".join(str(header or "").split())


def _storable(said: str) -> str:
    """Replace NUL and the lone surrogates that damaged bytes leave."""
    return said.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
