from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the folders lie that other pages go on from."""
    return tmp_path_factory.mktemp("seeds")
