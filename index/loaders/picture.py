"""Reads pictures of text (.png, .jpg) with the reader of the extra ``ocr``."""

from __future__ import annotations

import io
import warnings

from index.loaders.draft import drafted
from index.loaders.pdf.layout import compose
from index.loaders.pdf.recognition import INSTALL, LARGEST, Recognise, recogniser
from index.loaders.text import Content, Overtaxed, UnreadableContent


def load_picture(data: bytes) -> Content:
    """Read the words of a picture, with a box for each; raises Overtaxed without the extra, as it may be installed later."""
    return picture_content(data, recogniser())


def picture_content(data: bytes, recognise: Recognise | None) -> Content:
    """Read the words of a picture with a reader; None if there is none."""
    if recognise is None:
        raise Overtaxed(f"a picture: {INSTALL} reads the words in it")
    import numpy as np
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as picture:
            width, height = picture.size
            pixels = np.asarray(ImageOps.exif_transpose(picture).convert("RGB")) if width * height <= LARGEST else None
    except Image.DecompressionBombError:
        pixels = None
    except (OSError, SyntaxError, ValueError):
        raise UnreadableContent("damaged: it is not a PNG or JPEG picture") from None
    if pixels is None:
        raise UnreadableContent(f"a picture of more than {LARGEST // 10**6} million pixels: make it smaller")
    draft, _ = compose([recognise(pixels, 0)], [()], {})
    if not draft.length:
        raise UnreadableContent("a picture without words")
    return drafted(draft)
