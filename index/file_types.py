"""The one table of file types: how each is read, and what to do with files of other types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from index.loaders.csv import load_csv
from index.loaders.mail.eml import load_eml
from index.loaders.mail.mbox import load_mbox
from index.loaders.markdown import load_markdown
from index.loaders.notebook import load_notebook
from index.loaders.office.docx import load_docx
from index.loaders.office.opendocument import load_opendocument
from index.loaders.office.pptx import load_pptx
from index.loaders.office.rtf import load_rtf
from index.loaders.office.xlsx import load_xlsx
from index.loaders.pdf.load import load_pdf
from index.loaders.picture import load_picture
from index.loaders.restructured import load_rst
from index.loaders.subtitles import load_subtitles
from index.loaders.text import Content, load_text
from index.loaders.web.epub import load_epub
from index.loaders.web.feeds import load_xml
from index.loaders.web.html import load_html
from index.loaders.web.pages import load_mhtml, load_webarchive

Loader = Callable[[bytes], Content]


@dataclass(frozen=True, slots=True)
class FileType:
    """How the files of a type are read, and the suffixes of their names."""

    load: Loader
    suffixes: tuple[str, ...]


TYPES: dict[str, FileType] = {
    "txt": FileType(load_text, (".txt", ".text")),
    "md": FileType(load_markdown, (".md", ".markdown")),
    "rst": FileType(load_rst, (".rst",)),
    "html": FileType(load_html, (".html", ".htm", ".xhtml")),
    "mhtml": FileType(load_mhtml, (".mhtml", ".mht")),
    "webarchive": FileType(load_webarchive, (".webarchive",)),
    "xml": FileType(load_xml, (".xml", ".rss", ".atom")),
    "pdf": FileType(load_pdf, (".pdf",)),
    "png": FileType(load_picture, (".png", ".jpg", ".jpeg")),
    "docx": FileType(load_docx, (".docx", ".docm")),
    "odt": FileType(load_opendocument, (".odt",)),
    "rtf": FileType(load_rtf, (".rtf",)),
    "epub": FileType(load_epub, (".epub",)),
    "pptx": FileType(load_pptx, (".pptx", ".pptm")),
    "odp": FileType(load_opendocument, (".odp",)),
    "csv": FileType(load_csv, (".csv", ".tsv")),
    "xlsx": FileType(load_xlsx, (".xlsx", ".xlsm")),
    "ods": FileType(load_opendocument, (".ods",)),
    "eml": FileType(load_eml, (".eml",)),
    "mbox": FileType(load_mbox, (".mbox",)),
    "ipynb": FileType(load_notebook, (".ipynb",)),
    "srt": FileType(load_subtitles, (".srt", ".vtt")),
}
KINDS = {suffix: kind for kind, one in TYPES.items() for suffix in one.suffixes}

# What to do with files of types that are not read.
SAVE_AS = {
    **dict.fromkeys((".doc", ".dot", ".wpd", ".wps", ".pages", ".hwp"), ".docx"),
    **dict.fromkeys((".ppt", ".key"), ".pptx"),
    **dict.fromkeys((".xls", ".xlsb", ".numbers"), ".xlsx"),
    **dict.fromkeys((".msg", ".pst", ".ost"), ".eml or .mbox"),
    **dict.fromkeys((".mobi", ".azw", ".azw3", ".fb2"), ".epub"),
    **dict.fromkeys((".tex", ".ps", ".djvu", ".xps"), ".pdf"),
    **dict.fromkeys((".tif", ".tiff", ".gif", ".bmp", ".webp", ".heic"), ".png or .pdf"),
    **dict.fromkeys((".org", ".adoc", ".textile", ".wiki"), ".html"),
    **dict.fromkeys((".json", ".jsonl"), ".csv or .txt"),
}
ARCHIVES = {".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz"}


def what_to_do(suffix: str) -> str:
    """Why a file of this type is not read, and what would help."""
    if not suffix:
        return "no file type in its name"
    if suffix in ARCHIVES:
        return f"{suffix} files are not read: unpack it"
    return (
        f"{suffix} files are not read: save it as {SAVE_AS[suffix]}"
        if suffix in SAVE_AS
        else f"unknown file type {suffix}"
    )
