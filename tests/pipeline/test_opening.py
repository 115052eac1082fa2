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


def ways(shut: Finding, findings: list[Finding], ranking: list[Any], *others: Finding) -> list[Any]:
    return would_open(shut, findings, [shut, *others], ranking, "a")


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.NOT_APPLICABLE])
def test_an_open_gate_needs_nothing(verdict: Verdict) -> None:
    ranking = [*ALONE, entry("b", 0.7, PASSED)]
    assert ways(gate(verdict), [sweep((0.0, 0.9, [0.0, 0.05]))], ranking) == []


def test_rows_open_what_is_inconclusive_and_only_that() -> None:
    way = {"way": "rows", "rows": 2000, "now": 500, "opens": False}
    assert ways(UNCLEAR, [], ALONE) == [way]
    inside = UNCLEAR.judged(value=0.09)
    assert ways(inside, [], ALONE) == [way | {"opens": True}]
    judged = Finding(probe="p", metric="roc_auc", n=1500)
    assert ways(inside, [judged], ALONE) == [way | {"opens": True, "rows": 6000, "now": 1500}]
    assert ways(gate(Verdict.FAIL, rows_needed=2000), [], ALONE) == []
    assert ways(gate(Verdict.INCONCLUSIVE), [], ALONE) == []


def test_the_most_accurate_threshold_that_keeps_the_limit() -> None:
    found = sweep(
        (-0.1, 0.70, [0.0, 0.1]), (-0.05, 0.75, [0.01, 0.09]), (0.0, 0.80, [0.08, 0.16]),
        (0.05, 0.79, [0.05, 0.101]), (0.1, 0.78, None),
    )  # fmt: skip
    (way,) = ways(SHUT, [found], ALONE)
    assert way == {"way": "threshold", "shift": -0.05, "accuracy": 0.75, "accuracy_now": 0.8}


def test_a_minimum_is_kept_by_the_low_end() -> None:
    shut = gate(Verdict.FAIL, direction="min", limit=0.1)
    found = sweep((0.0, 0.8, [0.05, 0.3]), (0.1, 0.6, [0.1, 0.12]))
    assert [way["shift"] for way in ways(shut, [found], ALONE)] == [0.1]


@pytest.mark.parametrize("points", [[], [(0.0, 0.8, [0.05, 0.2])], [(0.0, 0.8, None)]])
def test_no_threshold_is_named_where_none_keeps_the_limit(points: list[Any]) -> None:
    assert ways(SHUT, [sweep(*points)], ALONE) == []


def test_of_the_candidates_that_pass_the_one_that_loses_least() -> None:
    ranking = [
        entry("a", 0.80, SHUT), entry("b", 0.70, PASSED), entry("c", 0.78, PASSED),
        entry("d", 0.79, SHUT), entry("e", None, PASSED),
    ]  # fmt: skip
    (way,) = ways(SHUT, [], ranking)
    assert (way["way"], way["name"]) == ("candidate", "c")
    assert way["price"] == pytest.approx(0.02)


def test_a_candidate_that_passes_another_gate_of_the_same_metric_does_not_help() -> None:
    least = PASSED.judged(direction="min", limit=0.0)
    assert ways(SHUT, [], [*ALONE, entry("b", 0.7, least, SHUT)]) == []


def test_ways_come_together_in_order() -> None:
    ranking = [entry("a", 0.8, UNCLEAR), entry("b", 0.7, PASSED)]
    found = sweep((0.0, 0.8, [0.08, 0.16]), (0.1, 0.7, [0.0, 0.05]))
    found_ways = [way["way"] for way in ways(UNCLEAR, [found], ranking)]
    assert found_ways == ["rows", "threshold", "candidate"]


def test_a_threshold_that_would_shut_another_gate_is_not_named() -> None:
    found = sweep((0.0, 0.8, [0.08, 0.16]), (0.1, 0.7, [0.0, 0.05]))
    other = gate(Verdict.PASS, metric="true_positive_rate", subject="all", direction="min")
    point = found.details["points"][1]["metrics"]
    for low, named in ((0.2, 1), (0.05, 0)):
        point["true_positive_rate|all"] = [low, 0.3]
        assert len(ways(SHUT, [found], ALONE, other)) == named


def test_the_threshold_as_it_is_is_never_named() -> None:
    assert ways(SHUT, [sweep((0.0, 0.8, [0.0, 0.05]))], ALONE) == []
