"""Zip archives that documents come in: none is opened that would unpack to more than a document can be."""

from __future__ import annotations

import io
import zipfile

from index.loaders.text import UnreadableContent

LARGEST_UNPACKED = 200 * 1024 * 1024
HIGHEST_RATIO = 200


def check_archive(data: bytes, what: str) -> None:
    """Refuse what is no zip archive, or a zip bomb; ``what`` is what it should be."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile:
        raise UnreadableContent(f"damaged: it is not {what}") from None
    unpacked = sum(member.file_size for member in members)
    if unpacked > LARGEST_UNPACKED or unpacked > HIGHEST_RATIO * max(len(data), 1):
        raise UnreadableContent("zip bomb: it unpacks to far more than a document holds")
