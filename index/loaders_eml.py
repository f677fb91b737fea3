"""Mail: who wrote to whom and when, and the body as plain text, or as the page of HTML that it is."""

from __future__ import annotations

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from index.loaders import Content, UnreadableContent
from index.loaders_html import load_html

SHOWN = ("From", "To", "Cc", "Date")


def load_eml(data: bytes) -> Content:
    """The headers that a reader sees, then the body; the title is the subject. Attachments are named and not read."""
    message = BytesParser(policy=policy.default).parsebytes(data)
    if not any(message[name] for name in ("From", "Date", "Subject", "Received")):
        raise UnreadableContent("damaged: it is not a mail")
    assert isinstance(message, EmailMessage)
    headers = "".join(f"{name}: {_words(message[name])}\n" for name in SHOWN if message[name])
    attached = [part.get_filename() or "one without a name" for part in message.iter_attachments()]
    text = (headers + "\n" + _body(message)).replace("\r\n", "\n").replace("\0", " ").strip()
    return Content(
        text.encode("utf-8", "replace").decode("utf-8"),
        title=_words(message["Subject"]) or None,
        date=_date(message),
        warnings=(f"attachments not read: {', '.join(attached)}",) if attached else (),
    )


def _body(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except LookupError:  # a charset that nobody knows
        text = (part.get_payload(decode=True) or b"").decode("utf-8", "replace")  # type: ignore[union-attr]
    if part.get_content_subtype() != "html":
        return text
    try:
        return load_html(text.encode("utf-8", "replace")).text
    except UnreadableContent:
        return ""


def _date(message: EmailMessage) -> str | None:
    moment = getattr(message["Date"], "datetime", None)
    return moment.isoformat() if moment else None


def _words(header: object) -> str:
    return " ".join(str(header or "").split())
