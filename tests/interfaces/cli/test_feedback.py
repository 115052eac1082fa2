from __future__ import annotations

from pathlib import Path

import pytest
from tests.end_to_end.stranger import proofstone

from proofstone.api import Workspace
from proofstone.core.artifact import Draft
from proofstone.store.outcomes import Outcome
from proofstone.store.releases import ReleaseRow
from proofstone.store.store import Store

RELEASE = "ab12" * 16


def served_project(folder: Path) -> Path:
    """A project with one release that was served to ten people."""
    (folder / "proofstone.yaml").write_text("name: helpdesk\n")
    store = Store(folder / ".proofstone")
    artifact = store.put(Draft("release", {"release.json": b"{}"}))
    store.releases.add(ReleaseRow(RELEASE, artifact, "helpdesk", "pass", "2025-01-01", "ada"))
    for at in range(10):
        outcome = "handed_over" if at == 9 else "answered"
        language = "zh" if at < 4 else "en"
        store.outcomes.add(Outcome(f"a{at}", RELEASE, "2025-01-01", language, outcome))
    for at in range(5):
        comment = "太慢了" if at == 0 else None
        said = {"satisfied": at > 0, "resolved": None, "comment": comment}
        store.outcomes.rate(f"a{at}", RELEASE, **said, rated="2025-01-02T00:00")
    store.close()
    return folder


@pytest.fixture(scope="module")
def helpdesk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project that the tests share; not to be changed."""
    return served_project(tmp_path_factory.mktemp("helpdesk"))


def test_as_a_table_and_as_a_document(helpdesk: Path) -> None:
    told = proofstone("feedback", "latest", "-C", helpdesk)
    assert told.status == 0, told
    lines = told.out.splitlines()
    assert lines[0].split()[:3] == ["language", "answers", "satisfied"]
    assert [line.split()[:2] for line in lines[1:4]] == [
        ["all", "10"], ["English", "6"], ["Chinese", "4"]
    ]  # fmt: skip
    assert "0.800 [0.376, 0.964]" in lines[1]
    assert "0.100 [0.018, 0.404]" in lines[1]
    assert lines[-1] == "2025-01-02  太慢了"
    document = proofstone("feedback", RELEASE[:8], "-C", helpdesk, "--json").document
    assert document["release"] == RELEASE
    assert document["groups"][0]["response"]["value"] == 0.5


def test_without_a_release_of_that_name(helpdesk: Path) -> None:
    told = proofstone("feedback", "-C", helpdesk, "--json")
    assert told.status == 2
    assert "production" in told.error["message"]


def test_a_release_of_another_project_is_not_taken_down_here(helpdesk: Path) -> None:
    class Verified:
        def __init__(self, release: str) -> None:
            self.release = release

    space = Workspace(helpdesk)
    assert space.outcomes(Verified(RELEASE)) is space.store.outcomes  # type: ignore[arg-type]
    assert space.outcomes(Verified("cd" * 32)) is None  # type: ignore[arg-type]
    assert Workspace(helpdesk.parent).outcomes(Verified(RELEASE)) is None  # type: ignore[arg-type]
    space.store.close()
