"""Draws a page of a PDF, or a picture, as an image, in a process with limits, so that a hostile file harms only itself."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

from index.sandbox import MEMORY, confine

WIDTH, HEIGHT = 1600, 4000  # pixels at most: crisp on dense screens, and bounded for a page as large as a wall
PICTURES = (b"\x89PNG", b"\xff\xd8\xff")  # PNG and JPEG begin so
SECONDS = 10.0  # for one page: long for an honest one

_ROOT = str(Path(__file__).resolve().parents[1])


class UndrawablePage(ValueError):
    """The page cannot be drawn."""


def draw_page(data: bytes, page: int) -> bytes:
    """The page (from 1) of a PDF, or a picture as its only page, as a PNG. Raises UndrawablePage."""
    command = [sys.executable, "-P", "-m", "index.page_image", str(page)]
    environment = {**os.environ, "PYTHONPATH": _ROOT}
    try:
        drawn = subprocess.run(command, input=data, capture_output=True, env=environment, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise UndrawablePage(f"it took longer than {SECONDS:g} s to draw") from None
    if drawn.returncode or not drawn.stdout.startswith(b"\x89PNG"):
        raise UndrawablePage("it is damaged, or too large to draw")
    return drawn.stdout


def _draw(data: bytes, number: int) -> bytes:
    return _draw_picture(data) if data.startswith(PICTURES) and number == 1 else _draw_pdf(data, number)


def _draw_picture(data: bytes) -> bytes:
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((WIDTH, HEIGHT))
    return _png(upright.tobytes(), upright.width, upright.height, 3 * upright.width)


def _draw_pdf(data: bytes, number: int) -> bytes:
    import pypdfium2

    page = pypdfium2.PdfDocument(data)[number - 1]
    wide, high = page.get_size()
    bitmap = page.render(scale=min(WIDTH / wide, HEIGHT / high), rev_byteorder=True, force_bitmap_format=_RGB)
    return _png(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride)


_RGB = 2  # FPDFBitmap_BGR; with the bytes reversed, RGB


def _png(rows: bytes, width: int, height: int, stride: int) -> bytes:
    """Rows of RGB pixels, ``stride`` bytes each, as a PNG (ISO/IEC 15948) without filters."""
    lines = b"".join(b"\0" + rows[row * stride : row * stride + 3 * width] for row in range(height))
    head = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )


if __name__ == "__main__":
    confine(MEMORY)
    sys.stdout.buffer.write(_draw(sys.stdin.buffer.read(), int(sys.argv[1])))
