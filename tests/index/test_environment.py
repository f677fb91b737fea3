"""Environment variables are set in one place, in time for the libraries that read them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from index.environment import SPINS

ROOT = Path(__file__).resolve().parents[2]
SETS = re.compile(r"os\.(putenv|environ(\[[^]]+\] =|\.(setdefault|update)))")
SHOW = "; print({name: os.environ.get(name) for name in ('OMP_WAIT_POLICY', 'GOMP_SPINCOUNT', 'GRADIO_ANALYTICS_ENABLED')})"


def shown(code: str, **environ: str) -> str:
    """What a fresh process prints of its environment after running some code."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "GOMP_", "GRADIO_"))}
    command = [sys.executable, "-c", f"import os, sys; {code}{SHOW}"]
    done = subprocess.run(command, cwd=ROOT, env=kept | environ, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.splitlines()[-1]


def test_only_one_module_sets_them() -> None:
    found = [path for room in ("qa", "index", "ui", "eval") for path in (ROOT / room).rglob("*.py")]
    assert [path.name for path in found if SETS.search(path.read_text("utf-8"))] == ["environment.py"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "opened",
    [
        "from index.encoder.embedder import SentenceEmbedder; SentenceEmbedder.open()",
        "from qa.cli import main; sys.argv[1:] = ['--version']; sys.exit = print; main()",
    ],
)
def test_they_are_set_before_anything_reads_them(opened: str) -> None:
    said = shown(f"{opened}; assert not {{'torch', 'faiss', 'gradio'}} & set(sys.modules)")
    wanted = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": SPINS, "GRADIO_ANALYTICS_ENABLED": "False"}
    assert said == str(wanted)


@pytest.mark.slow
def test_importing_the_library_sets_none_of_them() -> None:
    assert shown("import qa.assistant").count("None") == 3


def test_what_the_user_has_set_stays() -> None:
    code = "from index.environment import set_environment; set_environment()"
    said = shown(code, OMP_WAIT_POLICY="ACTIVE", GRADIO_ANALYTICS_ENABLED="True")
    assert said == str({"OMP_WAIT_POLICY": "ACTIVE", "GOMP_SPINCOUNT": None, "GRADIO_ANALYTICS_ENABLED": "True"})
