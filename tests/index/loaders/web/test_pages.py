"""Pages as browsers save them whole: the page in the encoding that is stated beside it, and nothing around it."""

from __future__ import annotations

import plistlib
from email.message import EmailMessage

import pytest

from index.blocks import Omission
from index.loaders.text import UnreadableContent
from index.loaders.web.pages import load_mhtml, load_webarchive

PAGE = '<meta charset="iso-8859-1"><title>A page</title><p>Café here.</p><script>alert("no")</script>'


def saved(*pages: str, start: int | None = None) -> bytes:
    message = EmailMessage()
    message["From"] = "<Saved by Blink>"
    message.make_related()
    for number, page in enumerate(pages):
        message.add_related(page, subtype="html", cid=f"<{number}>")
    message.add_related("p { color: red }", subtype="css")
    if start is not None:
        message.set_param("start", f"<{start}>")
    return message.as_bytes()


def archived(**main: object) -> bytes:
    page = {
        "WebResourceData": PAGE.encode(),
        "WebResourceMIMEType": "text/html",
        "WebResourceTextEncodingName": "UTF-8",
    }
    script = {
        "WebResourceData": b"alert(1)",
        "WebResourceMIMEType": "text/javascript",
        "WebResourceURL": "https://a.org/x.js",
    }
    frame = {"WebMainResource": page}
    whole = {"WebMainResource": {**page, **main}, "WebSubresources": [script], "WebSubframeArchives": [frame]}
    return plistlib.dumps(whole, fmt=plistlib.FMT_BINARY)


def test_mhtml_is_its_first_page_or_the_one_that_it_names() -> None:
    content = load_mhtml(saved(PAGE))
    assert (content.text, content.title, content.warnings) == ("Café here.", "A page", ())
    content = load_mhtml(saved("<p>A frame.", PAGE, start=1))
    assert (content.text, content.omitted) == ("Café here.", (Omission("pages in frames", 1),))


def test_a_webarchive_is_its_page_without_scripts_and_frames() -> None:
    content = load_webarchive(archived())
    assert (content.text, content.title, content.omitted) == ("Café here.", "A page", (Omission("pages in frames", 1),))
    declared = archived(WebResourceData=PAGE.encode("latin-1"), WebResourceTextEncodingName="no such encoding")
    assert load_webarchive(declared).text == "Café here."


def test_what_is_no_saved_page_is_refused() -> None:
    for data in (b"nonsense", b"<?xml version='1.0'?><plist><array/></plist>", plistlib.dumps({"a": 1})):
        with pytest.raises(UnreadableContent, match="damaged: it is not a saved web page"):
            load_webarchive(data)
    with pytest.raises(UnreadableContent, match="it holds no web page, but image/png"):
        load_webarchive(archived(WebResourceMIMEType="image/png"))
    with pytest.raises(UnreadableContent, match="damaged: it is not a saved web page"):
        load_mhtml(b"Subject: x\n\nText.")


def test_a_saved_page_knows_where_it_was_saved_from() -> None:
    assert load_webarchive(archived(WebResourceURL="https://a.org/page")).url == "https://a.org/page"
    assert load_mhtml(b"Snapshot-Content-Location: https://a.org/page\n" + saved(PAGE)).url == "https://a.org/page"
    canonical = '<link rel="canonical" href="https://b.org/its-own">' + PAGE + "<p>The harbour opened in 1931.</p>" * 9
    assert load_webarchive(archived(WebResourceData=canonical.encode(), WebResourceURL="https://a.org/page")).url == (
        "https://b.org/its-own"
    )
