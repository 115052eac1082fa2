from __future__ import annotations

from typing import Any

import pytest

from proofstone.core.finding import Finding
from proofstone.pipeline.comparison import compare


def record(release: str, winner: str = "a", **values: float | None) -> dict[str, Any]:
    found = [
        Finding(probe="p", metric=name, value=value, low=0.1, high=0.9, n=50).to_json()
        for name, value in values.items()
    ]
    other = Finding(probe="p", metric="roc_auc", value=0.1).to_json()
    candidates = [{"name": "z", "findings": [other]}, {"name": winner, "findings": found}]
    return {"release": release, "name": "x", "winner": winner, "verdict": "pass",
            "candidates": candidates}  # fmt: skip


def test_what_both_measured_stands_side_by_side() -> None:
    first = record("r1", roc_auc=0.8, log_loss=0.5, precision=None, only_first=1.0)
    second = record("r2", winner="b", log_loss=0.4, roc_auc=0.85, precision=0.5, only_second=1.0)
    found = compare(first, second)
    assert found["first"] == {"release": "r1", "name": "x", "winner": "a", "verdict": "pass"}
    assert found["second"]["winner"] == "b"
    assert [one["metric"] for one in found["findings"]] == ["roc_auc", "log_loss"]
    assert [one["change"] for one in found["findings"]] == pytest.approx([0.05, -0.1])
    shown = {"value": 0.85, "low": 0.1, "high": 0.9, "limit": None, "verdict": "not_applicable",
             "n": 50}  # fmt: skip
    assert found["findings"][0]["second"] == shown


def test_subjects_are_told_apart() -> None:
    first, second = record("r1", roc_auc=0.8), record("r2", roc_auc=0.8)
    second["candidates"][1]["findings"][0]["subject"] = "sex=f"
    assert compare(first, second)["findings"] == []


def test_a_release_is_like_itself() -> None:
    one = record("r1", roc_auc=0.8, log_loss=0.5)
    assert {found["change"] for found in compare(one, one)["findings"]} == {0.0}
