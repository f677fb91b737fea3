"""Office files put together from their XML, so that each may hold any part."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_TRANSITIONAL = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
)
_STRICT = (
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_PROPERTIES = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
_ROOTS = {"header": "hdr", "footer": "ftr"}  # of other parts it is their kind


def zip_of(members: Mapping[str, str | bytes]) -> bytes:
    """A zip archive of these members."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def word_of(body: str, *, strict: bool = False, core: str = "", **parts: str) -> bytes:
    """A Word document with this body and these parts, such as ``footnotes``: XML without its root; ``core`` is properties."""
    main, types = _STRICT if strict else _TRANSITIONAL
    space = f'xmlns:w="{main}" xmlns:r="{types}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    links = "".join(f'<Relationship Id="r{kind}" Type="{types}/{kind}" Target="{kind}.xml"/>' for kind in parts)
    package = f'<Relationship Id="r1" Type="{types}/officeDocument" Target="word/document.xml"/>'
    package += f'<Relationship Id="r2" Type="{_PROPERTIES}" Target="docProps/core.xml"/>' if core else ""
    members = {
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}">{package}</Relationships>',
        "word/document.xml": f"<w:document {space}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{links}</Relationships>',
        "docProps/core.xml": f'<p xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:t="t">{core}</p>',
    }
    for kind, content in parts.items():
        root = _ROOTS.get(kind, kind)
        members[f"word/{kind}.xml"] = f"<w:{root} {space}>{content}</w:{root}>"
    return zip_of(members)


def paragraph(*runs: str, style: str = "") -> str:
    """A paragraph of runs: each plain words, or XML that begins with "<"."""
    made = "".join(run if run.startswith("<") else f'<w:r><w:t xml:space="preserve">{run}</w:t></w:r>' for run in runs)
    return f"<w:p>{f'<w:pPr><w:pStyle w:val={style!r}/></w:pPr>' if style else ''}{made}</w:p>"


def note(kind: str, id: int, text: str) -> str:
    """A footnote, endnote or comment."""
    return f'<w:{kind} w:id="{id}">{paragraph(text)}</w:{kind}>'
