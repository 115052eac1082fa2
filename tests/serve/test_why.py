from __future__ import annotations

from pathlib import Path

from tests.registry.releases import ROWS
from tests.serve.chat.assistants import verified_assistant

from proofstone.registry.verify import VerifiedModel
from proofstone.serve.why import explain_any


def test_each_release_is_explained_in_its_own_way(verified: VerifiedModel, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    ROWS.write_csv(rows)
    found = explain_any(verified, rows, limit=2)
    assert [set(row) for row in found["rows"]] == [{"row", "score", "contributions"}] * 2


def test_an_assistant_is_asked(tmp_path: Path) -> None:
    verified = verified_assistant(tmp_path / "release")
    asked = tmp_path / "asked.txt"
    asked.write_text("How do I verify a release?\n")
    found = explain_any(verified, asked)
    assert [one["how"] for one in found["answers"]] == ["quoted"]
    assert "rows" not in found
