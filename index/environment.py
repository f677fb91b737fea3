"""The only module that sets environment variables. Libraries read them once, when they are imported."""

from __future__ import annotations

import os
from pathlib import Path

SPINS = "3000"


def set_environment() -> None:
    """Override library defaults, except for variables that the user has set.

    Call this before torch, faiss or gradio is imported: the command does as it starts, and so does whatever opens a model.
    OpenMP threads then spin for some hundredths of a millisecond before they sleep. Without spinning, a small operation ends
    before a thread wakes up; with long spinning, a thread takes the core from others. Reading becomes 1.1 to 1.2 times as
    fast, and takes 1.2 times as long beside a busy program. Only GNU's OpenMP reads the number.
    """
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", SPINS)
        os.environ["OMP_WAIT_POLICY"] = "PASSIVE"


def set_upload_folder(folder: Path) -> None:
    """Let gradio keep uploads there, and nowhere else. It asks for the folder whenever it handles one."""
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
