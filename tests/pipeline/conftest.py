from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.pipeline.library import Library
from tests.pipeline.small import Ran, run, write

from proofstone.pipeline.plugins import plugins


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """A stranger's folder on `sys.path`."""
    yield Library(tmp_path / "library", monkeypatch)
    plugins.cache_clear()


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    """The small project after its first run; not to be changed."""
    directory = tmp_path_factory.mktemp("small") / "loans"
    write(directory)
    found = run(directory, workers=2)
    yield found
    found.store.close()
