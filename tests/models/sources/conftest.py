from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.models.sources.fake_hub import Hub, serving


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where fetched models are kept; it does not exist yet."""
    return tmp_path / "models"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub that the client library asks instead of the real one."""
    with serving(Hub()) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.endpoint)
        yield served
