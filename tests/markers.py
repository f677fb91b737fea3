"""Markers that are true: what a test's fixtures start marks it, and a test that loads a real model unmarked fails."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import safetensors

FIXTURES = {
    "slow": {"reader_folder", "sentence_embedder", "pincite", "served", "page", "followed"},
    "browser": {"chromium"},
    "database": {"server", "own_server"},
}
REAL = 10_000_000  # bytes of weights: the smallest real model has 18 million, what tests write 3 million at most

_opened: list[Path] = []
_safe_open = safetensors.safe_open


def _noting(path: Any, *options: Any, **named: Any) -> Any:
    """Open weights as safetensors does, and note those of a real model."""
    if Path(path).is_file() and Path(path).stat().st_size > REAL:
        _opened.append(Path(path))
    return _safe_open(path, *options, **named)


safetensors.safe_open = _noting  # before torch's and transformers' loaders take it from there


@pytest.hookimpl(tryfirst=True)  # before -m selects
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for marker, fixtures in FIXTURES.items():
            if not fixtures.isdisjoint(getattr(item, "fixturenames", ())):
                item.add_marker(marker)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    yield
    opened, _opened[:] = [*_opened], []
    if opened and not item.get_closest_marker("slow"):
        pytest.fail(
            f"{item.name} loads a real model ({opened[0]}) and is not marked: use a fake, or mark it with pytest.mark.slow",
            pytrace=False,
        )
