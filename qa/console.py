"""Output of commands: text without control over the terminal, and JSON on one line."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

# Control characters (C0, DEL, C1), what turns the direction of writing, separators of lines, and half characters.
_COMMANDS = re.compile("(?!\r\n)[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_BREAKS = re.compile("[\t\n\r]")
_PICTURES, _DELETE, _OTHER = 0x2400, "\u2421", "\ufffd"


def terminal_safe(text: str) -> str:
    """The text with every control character replaced by a picture of it: ESC by ␛, other C0 and DEL alike, the rest by �.

    Tabs and line ends stay. Each character is replaced by one, so offsets hold.
    """
    return _COMMANDS.sub(_picture, text)


def one_line(text: str) -> str:
    """The text as ``terminal_safe`` gives it, on one line: a name cannot pretend to be two."""
    return _BREAKS.sub(_picture, terminal_safe(text))


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(_PICTURES + code) if code < 0x20 else _DELETE if code == 0x7F else _OTHER


def json_line(value: object) -> str:
    """JSON on one line, without a line end. What ``terminal_safe`` replaces is escaped; NaN and infinity raise ValueError."""
    return json_safe(json.dumps(value, ensure_ascii=False, allow_nan=False))


def json_safe(text: str) -> str:
    """JSON with all that ``terminal_safe`` replaces as escapes, which read back as the same characters."""
    return _COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def print_json(value: object) -> None:
    """One line of JSON on stdout."""
    sys.stdout.write(json_line(value) + "\n")


def print_exactly(text: str) -> None:
    """Print the text as UTF-8, byte for byte; only on a terminal is it made safe."""
    if sys.stdout.isatty():
        text = terminal_safe(text)
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())


class Terminal(Console):
    """A console that prints text literally and always makes it safe for a terminal."""

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, **options)

    def say(self, text: str, style: str | None = None) -> None:
        """Print one line, however long."""
        self.print(one_line(text), style=style, soft_wrap=True)

    def render_str(self, text: str, **options: Any) -> Text:
        """Make the text safe before rich drops some of its control characters."""
        return super().render_str(terminal_safe(text), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Make safe everything that is printed, except rich's own control sequences."""
        for part in super().render(renderable, options):
            yield part if part.control else part._replace(text=terminal_safe(part.text))


class SafeFormatter(logging.Formatter):
    """Log records that cannot command a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        return terminal_safe(super().format(record))


out, err = Terminal(), Terminal(stderr=True)


def warn(warnings: Iterable[str]) -> None:
    """Print each warning on stderr."""
    for warning in warnings:
        err.say(f"pincite: {warning}", "yellow")


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Callable[..., None]]:
    """A bar with the time left, on stderr if that is a terminal; call it with the number done, the total, and what you like."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=err, disable=not err.is_terminal, transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done, of, *_: bar.update(task, completed=done, total=of)
