"""Imports gradio in half the time, without what it does only for those who write applications in it."""

from __future__ import annotations

import inspect
import sys
from typing import Any

__all__ = ["gr"]

_file_of = inspect.getfile


def _no_stubs(object: Any) -> str:
    """Return the file of a class, but none to the part of gradio that writes type stubs beside its own files each time."""
    if sys._getframe(1).f_globals.get("__name__") == "gradio.component_meta":
        raise OSError("no type stub is wanted")
    return _file_of(object)


_unused = {"mcp"} - sys.modules.keys()  # its own server of tools, for which it would import this
inspect.getfile = _no_stubs
sys.modules.update(dict.fromkeys(_unused))  # type: ignore[arg-type]
try:
    import gradio as gr
finally:
    inspect.getfile = _file_of
    for name in _unused:
        del sys.modules[name]
