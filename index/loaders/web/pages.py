"""Reads pages as browsers save them whole (.mhtml, .webarchive): the page itself; scripts, styles and pictures stay aside."""

from __future__ import annotations

import plistlib
from dataclasses import replace
from email.parser import BytesParser
from email.policy import default
from xml.parsers.expat import ExpatError

from index.blocks import Omission
from index.loaders.text import Content, UnreadableContent
from index.loaders.web.html import load_html, load_page


def load_mhtml(data: bytes) -> Content:
    """Read the page of a web archive as Chromium saves it; other pages in its frames are counted."""
    message = BytesParser(policy=default).parsebytes(data)
    pages = [part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    if not pages:
        raise UnreadableContent("damaged: it is not a saved web page")
    start = message.get_param("start", "")
    page = next((part for part in pages if start and part["Content-ID"] == start), pages[0])
    source = page.get_payload(decode=True)
    assert isinstance(source, bytes)
    stated = str(page["Content-Location"] or message["Snapshot-Content-Location"] or "")
    return _with_frames(_decoded(source, page.get_content_charset()), len(pages) - 1, stated)


def load_webarchive(data: bytes) -> Content:
    """Read the page of a web archive as Safari saves it; other pages in its frames are counted."""
    try:
        archive = plistlib.loads(data)
        page = archive["WebMainResource"]
        content, encoding, kind = (
            page["WebResourceData"],
            page.get("WebResourceTextEncodingName"),
            page["WebResourceMIMEType"],
        )
        frames = len(archive.get("WebSubframeArchives", ()))
    except (plistlib.InvalidFileException, ExpatError, ValueError, KeyError, TypeError, AttributeError):
        raise UnreadableContent("damaged: it is not a saved web page") from None
    if not isinstance(content, bytes):
        raise UnreadableContent("damaged: it is not a saved web page")
    if "html" not in str(kind):
        raise UnreadableContent(f"it holds no web page, but {kind}")
    return _with_frames(_decoded(content, encoding), frames, str(page.get("WebResourceURL", "")))


def _decoded(source: bytes, charset: object) -> Content:
    """Read a page in the encoding that is stated beside it; without one, in the one that it declares itself."""
    try:
        return load_page(source.decode(str(charset), "replace")) if charset else load_html(source)
    except LookupError:  # an unknown encoding
        return load_html(source)


def _with_frames(content: Content, frames: int, url: str) -> Content:
    """The content with its pages in frames counted, and the address that it was saved from unless it states one."""
    omitted = (Omission("pages in frames", frames),) if frames else ()
    return replace(content, omitted=(*content.omitted, *omitted), url=content.url or url)
