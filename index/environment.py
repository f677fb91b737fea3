"""The one place where environment variables are set. Libraries read them once, as they are imported."""

from __future__ import annotations

import os
from pathlib import Path

SPINS = "3000"


def set_environment() -> None:
    """Set what Pincite wants other than a library's default, unless the user has set it.

    To be called before torch, faiss or gradio is imported: by the command as it starts, and by whatever opens a model. OpenMP's
    threads spin for some hundredths of a millisecond and then sleep. A small operation is over sooner than a thread
    wakes up, and one that spins for long takes the core from whatever else needs it: reading is 1.1 to 1.2 times as
    fast as without, and takes 1.2 times as long beside a busy program. GNU's library alone knows the number.
    """
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", SPINS)
        os.environ["OMP_WAIT_POLICY"] = "PASSIVE"


def set_upload_folder(folder: Path) -> None:
    """Let gradio keep uploads there, and nowhere else. It asks for the folder whenever it handles one."""
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
