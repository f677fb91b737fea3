"""Reads subtitles (WebVTT, SubRip): what is said, without times; a pause ends a paragraph."""

from __future__ import annotations

import html
import re

from index.loaders.draft import Draft, drafted
from index.loaders.text import Content, UnreadableContent, decode_text

PAUSE = 3.0  # seconds without words that end a paragraph: pauses between sentences are shorter

_TIMES = re.compile(r"(?m)^[ \t]*((?:\d+:)?\d+:\d+[.,]\d+)[ \t]*-->[ \t]*((?:\d+:)?\d+:\d+[.,]\d+).*$")
_BLANK = re.compile(r"\n[ \t]*\n")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+([^>]+)>")
_TAG = re.compile(r"</?[a-z][^>]*>|<\d[\d:.]*>|\{\\[^}]*\}", re.IGNORECASE)


def load_subtitles(data: bytes) -> Content:
    """Read the words of each cue on a line; who speaks, where the file says so, stands before the words."""
    text, warnings = decode_text(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found = list(_TIMES.finditer(text))
    if not found:
        raise UnreadableContent("damaged: it holds no subtitles")
    ends = [*(times.start() for times in found[1:]), len(text)]
    draft, lines, last = Draft(), [""], 0.0
    for times, end in zip(found, ends, strict=True):
        if _seconds(times[1]) - last >= PAUSE:
            draft.add("\n".join(lines))
            lines = [""]
        for line in _shown(_BLANK.split(text[times.end() : end].lstrip("\n"), maxsplit=1)[0]):
            if line != lines[-1]:  # captions that roll up repeat their last line
                lines.append(line)
        last = _seconds(times[2])
    draft.add("\n".join(lines))
    return drafted(draft, warnings=warnings)


def _shown(cue: str) -> list[str]:
    """The lines of a cue without mark-up."""
    words = html.unescape(_TAG.sub("", _VOICE.sub(r"\1: ", cue)))
    return [squeezed for line in words.split("\n") if (squeezed := " ".join(line.split()))]


def _seconds(time: str) -> float:
    seconds = 0.0
    for part in time.replace(",", ".").split(":"):
        seconds = seconds * 60 + float(part)
    return seconds
