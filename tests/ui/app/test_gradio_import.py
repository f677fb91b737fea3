from __future__ import annotations

import subprocess
import sys

import pytest

CODE = """
import inspect, sys
import pathlib
before = inspect.getfile
writes = []
write, pathlib.Path.write_text = pathlib.Path.write_text, lambda path, *rest, **more: writes.append(path)
from ui.app.gradio_import import gr
print(inspect.getfile is before, "mcp" in sys.modules, writes, gr.HTML.__name__)
import mcp
"""


@pytest.mark.slow
def test_gradio_is_imported_without_tools_or_stubs_and_all_is_as_before_afterwards() -> None:
    got = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, timeout=300)
    assert (got.stdout.strip(), got.returncode) == ("True False [] HTML", 0), got.stderr
