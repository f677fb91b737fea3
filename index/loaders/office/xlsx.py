"""Reads Excel workbooks with openpyxl: each sheet below its name, a line for each row, below the row that names the columns."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

from index.loaders.draft import Draft, drafted
from index.loaders.office.archives import check_archive, core_properties, member_xml
from index.loaders.text import Content, UnreadableContent

_COPIES = "[Threaded comment]"  # how a comment begins that repeats a threaded one for older programs
_MIDNIGHT = datetime.time()


def load_xlsx(data: bytes) -> Content:
    """Read the values that the cells show, and the comments below the sheets; the first row with values names the columns."""
    import openpyxl

    check_archive(data, "an Excel workbook")
    draft, left_out = Draft(), Counter[str]()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        try:
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        except MemoryError:
            raise
        except Exception:  # the library raises anything on a damaged workbook
            raise UnreadableContent("damaged: it is not a whole Excel workbook") from None
        for sheet in book.worksheets:
            draft.add_table(_rows(sheet, left_out), name=sheet.title)
        for name in archive.namelist():
            if name.startswith(("xl/comments", "xl/threadedComments")):
                for text in _comments(archive, name):
                    draft.add(text, "note")
        left_out["charts"] = sum("/charts/chart" in name for name in archive.namelist())
        return core_properties(archive, drafted(draft, left_out))


def _rows(sheet: Any, left_out: Counter[str]) -> Iterator[list[str]]:
    """Yield the rows of a sheet up to its damage."""
    try:
        sheet.reset_dimensions()  # those that the file states may be wrong
        for row in sheet.iter_rows():
            yield ["" if cell.value is None else _words(cell) for cell in row]
    except MemoryError:
        raise
    except Exception:
        left_out["damaged sheets"] += 1


def _words(cell: Any) -> str:
    """The value of a cell about as the program shows it."""
    value = cell.value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        format = cell.number_format or ""
        if "%" in format:
            decimals = len(format.partition("%")[0].partition(".")[2])
            return f"{value:.{min(decimals, 15)}%}"
        return f"{value:.15g}" if isinstance(value, float) else str(value)  # the digits that the program keeps
    if isinstance(value, datetime.datetime):
        return str(value.date() if value.time() == _MIDNIGHT else value)
    return str(value)


def _comments(archive: zipfile.ZipFile, name: str) -> Iterator[str]:
    try:
        root = member_xml(archive, name)
    except UnreadableContent:
        return
    for comment in root.iter("{*}comment", "{*}threadedComment"):
        text = "".join(one.text or "" for one in comment.iter("{*}t", "{*}text"))
        if not text.startswith(_COPIES):
            yield text
