from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from proofstone.report.render import render


@pytest.fixture(scope="session")
def fake() -> SimpleNamespace:
    """The builders in `fake.py`."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("fake.py"))))


@pytest.fixture
def record(fake: SimpleNamespace) -> dict[str, Any]:
    made: dict[str, Any] = fake.record()
    return made


@pytest.fixture(scope="session")
def page(fake: SimpleNamespace) -> str:
    return render(fake.record())
