from __future__ import annotations

from pathlib import Path

import pytest
from tests.end_to_end.stranger import TABLE, copy, finished, proofstone


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished project that the end-to-end tests share; not to be changed."""
    return finished(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def promoted(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of it whose release is in production, exported, with rows to predict beside it."""
    own = copy(project, tmp_path_factory.mktemp("promoted") / "project")
    assert (own.parent / TABLE).is_file()
    assert proofstone("promote", "latest", "--why", "a test", "-C", own).status == 0
    assert proofstone("export", "latest", own.parent / "release", "-C", own).status == 0
    (own.parent / "rows.csv").write_text(
        "age,income,城市,job\n30,2000,上海,clerk\n50,,北京,driver\n"
    )
    return own
