from __future__ import annotations

from typing import Any

import pytest

from proofstone.core.finding import Finding
from proofstone.pipeline.comparison import compare, compare_candidates

WEIGHTS = {"address": "package://x==1/m.gguf", "licence": "MIT", "size": 7}


def finding(metric: str, value: float | None, subject: str = "all") -> dict[str, Any]:
    return Finding(
        probe="p", metric=metric, subject=subject, value=value, low=0.1, high=0.9, n=50
    ).to_json()


def candidate(name: str, *findings: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "family": "f", "verdict": "fail", "seconds": 2.5, "findings": findings,
            "weights": [], **more}  # fmt: skip


def record(release: str, winner: str = "a", **values: float | None) -> dict[str, Any]:
    found = [finding(name, value) for name, value in values.items()]
    held = {"weights": [WEIGHTS | {"sha256": "0", "origin": "o"}], "verdict": "pass",
            "seconds_per_reply": 0.2, "memory_mb": 300.0}  # fmt: skip
    candidates = [candidate("z", finding("roc_auc", 0.1)), candidate(winner, *found, **held)]
    return {"release": release, "name": "x", "winner": winner, "verdict": "pass",
            "cost": {"seconds": 9.0, "peak_memory_mb": 400.0 + len(values)},
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


def test_the_winners_stand_with_what_they_are_and_cost() -> None:
    second = record("r2", winner="b", roc_auc=0.8, log_loss=0.5)
    for name in ("weights", "seconds_per_reply", "memory_mb"):
        del second["candidates"][1][name]
    one, two = compare(record("r1", roc_auc=0.8), second)["models"]
    assert one == {"name": "a", "family": "f", "weights": [WEIGHTS], "seconds": 2.5,
                   "seconds_per_reply": 0.2, "memory_mb": 300.0,
                   "run_memory_mb": 401.0}  # fmt: skip
    assert two == {"name": "b", "family": "f", "weights": [], "seconds": 2.5,
                   "seconds_per_reply": None, "memory_mb": None,
                   "run_memory_mb": 402.0}  # fmt: skip


def test_candidates_stand_side_by_side_in_the_order_of_the_ranking() -> None:
    chosen = candidate(
        "a",
        finding("roc_auc", 0.8),
        finding("roc_auc", 0.7, "sex=f"),
        finding("log_loss", None),
        verdict="pass",
        weights=[WEIGHTS],
    )
    other = candidate("z", finding("brier_score", 0.2), finding("roc_auc", 0.6))
    found = compare_candidates(record("r1") | {"candidates": [chosen, other]})
    assert found["release"] == {"release": "r1", "name": "x", "winner": "a", "verdict": "pass"}
    assert [(one["name"], one["verdict"], one["weights"]) for one in found["models"]] == [
        ("a", "pass", [WEIGHTS]),
        ("z", "fail", []),
    ]
    values = {
        (one["metric"], one["subject"]): [value and value["value"] for value in one["values"]]
        for one in found["findings"]
    }
    assert values == {("roc_auc", "all"): [0.8, 0.6], ("brier_score", "all"): [None, 0.2]}
