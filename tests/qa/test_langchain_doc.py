"""The code of docs/langchain.md runs as it stands, and prints what its comments say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from chat_fakes import ScriptedModel

from index.builder import build
from index.encoder.embedder import SentenceEmbedder

BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
PRINTED = re.compile(r"^print\(.*\)  # (.*)$", re.MULTILINE)


def test_the_code_runs_and_prints_what_it_says(
    pytestconfig: pytest.Config,
    sentence_embedder: SentenceEmbedder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    root = pytestconfig.rootpath
    blocks = BLOCK.findall((root / "docs" / "langchain.md").read_text(encoding="utf-8"))
    monkeypatch.chdir(tmp_path)
    build([root / "corpus"], Path("library"), sentence_embedder)
    capsys.readouterr()
    names: dict[str, object] = {"model": ScriptedModel()}
    for block in blocks:
        exec(block, names)
    printed = capsys.readouterr().out.splitlines()
    promised = PRINTED.findall("".join(blocks))
    assert len(promised) == 4 and [line for line in printed if line in promised] == promised
