from __future__ import annotations

from typing import Any

import pytest

from proofstone.core.finding import Finding, Verdict
from proofstone.pipeline.opening import would_open

GAP = ("selection_rate_difference", "sex")


def gate(verdict: Verdict, **changes: Any) -> Finding:
    shut = Finding(
        probe="p", metric=GAP[0], subject=GAP[1], value=0.12, low=0.08, high=0.16, limit=0.1,
        direction="max", n=500, verdict=verdict,
    )  # fmt: skip
    return shut.judged(**changes)


def sweep(*points: tuple[float, float, list[float] | None]) -> Finding:
    """The threshold sweep's finding from (shift, accuracy, interval of the gap)."""
    found = [
        {
            "shift": shift,
            "accuracy": accuracy,
            "metrics": {} if ends is None else {"|".join(GAP): ends},
        }
        for shift, accuracy, ends in points
    ]
    return Finding(probe="s", metric="threshold_sweep", details={"points": found})


def entry(name: str, preferred: float | None, *gates: Finding) -> dict[str, Any]:
    return {"name": name, "preferred": preferred, "gates": [one.to_json() for one in gates]}


SHUT = gate(Verdict.FAIL)
UNCLEAR = gate(Verdict.INCONCLUSIVE, rows_needed=2000)
PASSED = gate(Verdict.PASS, value=0.05, low=0.0, high=0.09)
ALONE = [entry("a", 0.8, SHUT)]


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.NOT_APPLICABLE])
def test_an_open_gate_needs_nothing(verdict: Verdict) -> None:
    ranking = [*ALONE, entry("b", 0.7, PASSED)]
    assert would_open(gate(verdict), [sweep((0.0, 0.9, [0.0, 0.05]))], ranking, "a") == []


def test_rows_open_what_is_inconclusive_and_only_that() -> None:
    assert would_open(UNCLEAR, [], ALONE, "a") == [{"way": "rows", "rows": 2000, "now": 500}]
    assert would_open(gate(Verdict.FAIL, rows_needed=2000), [], ALONE, "a") == []
    assert would_open(gate(Verdict.INCONCLUSIVE), [], ALONE, "a") == []


def test_the_most_accurate_threshold_that_keeps_the_limit() -> None:
    found = sweep(
        (-0.1, 0.70, [0.0, 0.1]), (-0.05, 0.75, [0.01, 0.09]), (0.0, 0.80, [0.08, 0.16]),
        (0.05, 0.79, [0.05, 0.101]), (0.1, 0.78, None),
    )  # fmt: skip
    (way,) = would_open(SHUT, [found], ALONE, "a")
    assert way == {"way": "threshold", "shift": -0.05, "accuracy": 0.75, "accuracy_now": 0.8}


def test_a_minimum_is_kept_by_the_low_end() -> None:
    shut = gate(Verdict.FAIL, direction="min", limit=0.1)
    found = sweep((0.0, 0.8, [0.05, 0.3]), (0.1, 0.6, [0.1, 0.12]))
    assert [way["shift"] for way in would_open(shut, [found], ALONE, "a")] == [0.1]


@pytest.mark.parametrize("points", [[], [(0.0, 0.8, [0.05, 0.2])], [(0.0, 0.8, None)]])
def test_no_threshold_is_named_where_none_keeps_the_limit(points: list[Any]) -> None:
    assert would_open(SHUT, [sweep(*points)], ALONE, "a") == []


def test_of_the_candidates_that_pass_the_one_that_loses_least() -> None:
    ranking = [
        entry("a", 0.80, SHUT), entry("b", 0.70, PASSED), entry("c", 0.78, PASSED),
        entry("d", 0.79, SHUT), entry("e", None, PASSED),
    ]  # fmt: skip
    (way,) = would_open(SHUT, [], ranking, "a")
    assert (way["way"], way["name"]) == ("candidate", "c")
    assert way["price"] == pytest.approx(0.02)


def test_a_candidate_that_passes_another_gate_of_the_same_metric_does_not_help() -> None:
    least = PASSED.judged(direction="min", limit=0.0)
    assert would_open(SHUT, [], [*ALONE, entry("b", 0.7, least, SHUT)], "a") == []


def test_ways_come_together_in_order() -> None:
    ranking = [entry("a", 0.8, UNCLEAR), entry("b", 0.7, PASSED)]
    found = sweep((0.0, 0.8, [0.08, 0.16]), (0.1, 0.7, [0.0, 0.05]))
    ways = [way["way"] for way in would_open(UNCLEAR, [found], ranking, "a")]
    assert ways == ["rows", "threshold", "candidate"]
