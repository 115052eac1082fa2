from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end.stranger import copy, finished


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished project with open gates, shared: copy it before changing it."""
    return finished(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def first_run(project: Path) -> Any:
    """What `run --json` printed when the project ran first."""
    return json.loads((project.parent / "run.json").read_text())


@pytest.fixture
def own(project: Path, tmp_path: Path) -> Path:
    """A copy of the finished project that the test may change."""
    return copy(project, tmp_path / "project")
