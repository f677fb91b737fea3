"""Refuses zip archives that would unpack to more than a document can be."""

from __future__ import annotations

import io
import zipfile

from index.loaders.text import UnreadableContent

LARGEST_UNPACKED = (
    200 * 1024 * 1024
)  # bytes: four times the largest file that is read, and a fifth of the sandbox's memory
HIGHEST_RATIO = 200  # deflate reaches at most 1,032, as bombs do; lower values would refuse very repetitive documents


def check_archive(data: bytes, what: str) -> None:
    """Raise UnreadableContent for a zip bomb, or for bytes that are no zip archive; ``what`` names what they should be."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile:
        raise UnreadableContent(f"damaged: it is not {what}") from None
    unpacked = sum(member.file_size for member in members)
    if unpacked > LARGEST_UNPACKED or unpacked > HIGHEST_RATIO * max(len(data), 1):
        raise UnreadableContent("zip bomb: it unpacks to far more than a document holds")
