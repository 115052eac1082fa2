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


@pytest.fixture(scope="session")
def fake_assistant() -> SimpleNamespace:
    """The builders in `fake_assistant.py`."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("fake_assistant.py"))))


@pytest.fixture
def assistant(fake_assistant: SimpleNamespace) -> dict[str, Any]:
    made: dict[str, Any] = fake_assistant.record()
    return made


@pytest.fixture
def record(fake: SimpleNamespace) -> dict[str, Any]:
    made: dict[str, Any] = fake.record()
    return made


@pytest.fixture(scope="session")
def page(fake: SimpleNamespace) -> str:
    return render(fake.record())
