from __future__ import annotations

from pathlib import Path

import pytest

from index.encoder.models import ModelMissing, model_folder


def test_a_folder_is_found_from_wherever_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for given in ("model", "./model", "~/model", tmp_path / "model"):
        assert model_folder(given) == (tmp_path / "model").resolve()


@pytest.mark.parametrize("given", ["./nowhere", "/nowhere/at/all", "~/nowhere", "file"])
def test_a_path_without_a_folder_is_not_looked_for_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelMissing, match=f"^{given}: not a folder that holds a model$"):
        model_folder(given)


@pytest.mark.parametrize("given", ["nobody/nothing", "no name"])
def test_a_name_that_is_not_in_the_cache_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    with pytest.raises(
        ModelMissing, match=f"^{given}: neither a folder nor a model on this machine; .*HF_HUB_OFFLINE=0$"
    ):
        model_folder(given)
