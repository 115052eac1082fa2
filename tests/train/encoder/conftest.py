from __future__ import annotations

from pathlib import Path

import pytest

from proofstone.models.sources.fetch import fetch

from .small import write_base


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The settings that name the small encoder."""
    folder = write_base(tmp_path_factory.mktemp("base"))
    shelf = tmp_path_factory.mktemp("shelf")
    return {"base": str(folder), "base_sha256": fetch(str(folder), folder=shelf).sha256}


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fetched models are kept in the test's own folder."""
    monkeypatch.setenv("PROOFSTONE_MODELS", str(tmp_path / "models"))
