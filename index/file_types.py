"""The one table of file types: how each is read, and what to do with files of other types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from index.loaders.text import Content

Loader = Callable[[bytes], Content]


@dataclass(frozen=True, slots=True)
class FileType:
    """The function of ``index.loaders`` that reads the files of a type, and the suffixes of their names."""

    loader: str
    suffixes: tuple[str, ...]

    def load(self, data: bytes) -> Content:
        """Parse the bytes of a file, with libraries imported only now; raises UnreadableContent, or whatever a parser raises."""
        module, _, function = self.loader.rpartition(".")
        loader: Loader = getattr(import_module(f"index.loaders.{module}"), function)
        return loader(data)


TYPES: dict[str, FileType] = {
    "txt": FileType("text.load_text", (".txt", ".text")),
    "md": FileType("markdown.load_markdown", (".md", ".markdown")),
    "rst": FileType("restructured.load_rst", (".rst",)),
    "html": FileType("web.html.load_html", (".html", ".htm", ".xhtml")),
    "mhtml": FileType("web.pages.load_mhtml", (".mhtml", ".mht")),
    "webarchive": FileType("web.pages.load_webarchive", (".webarchive",)),
    "xml": FileType("web.feeds.load_xml", (".xml", ".rss", ".atom")),
    "pdf": FileType("pdf.load.load_pdf", (".pdf",)),
    "png": FileType("picture.load_picture", (".png", ".jpg", ".jpeg")),
    "docx": FileType("office.docx.load_docx", (".docx", ".docm")),
    "odt": FileType("office.opendocument.load_opendocument", (".odt",)),
    "rtf": FileType("office.rtf.load_rtf", (".rtf",)),
    "epub": FileType("web.epub.load_epub", (".epub",)),
    "pptx": FileType("office.pptx.load_pptx", (".pptx", ".pptm")),
    "odp": FileType("office.opendocument.load_opendocument", (".odp",)),
    "csv": FileType("csv.load_csv", (".csv", ".tsv")),
    "xlsx": FileType("office.xlsx.load_xlsx", (".xlsx", ".xlsm")),
    "ods": FileType("office.opendocument.load_opendocument", (".ods",)),
    "eml": FileType("mail.eml.load_eml", (".eml",)),
    "mbox": FileType("mail.mbox.load_mbox", (".mbox",)),
    "ipynb": FileType("notebook.load_notebook", (".ipynb",)),
    "srt": FileType("subtitles.load_subtitles", (".srt", ".vtt")),
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
