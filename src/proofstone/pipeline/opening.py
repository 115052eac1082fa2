"""What would open a shut gate: rows, another threshold, or a measured mitigation and its price."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Any

from proofstone.core.finding import Finding, Verdict

SWEEP = "threshold_sweep"


def would_open(
    gate: Finding,
    findings: Sequence[Finding],
    gates: Sequence[Finding],
    ranking: Sequence[Mapping[str, Any]],
    winner: str,
) -> list[dict[str, Any]]:
    """Return what was measured about opening `gate`, as JSON objects with a `way` each.

    `rows`: about how many judged rows decide it, and whether they would open it at this value.
    `threshold`: thresholds moved by `shift` at which this gate and all others that depend on them
    keep their limits on these same rows, with the accuracy. `candidate`: the candidate that passes
    this gate and loses least of the preferred metric. Empty where the gate is open or nothing
    measured helps.
    """
    if gate.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE):
        return []
    ways: list[dict[str, Any]] = []
    if gate.rows_needed is not None and gate.verdict is Verdict.INCONCLUSIVE:
        ways.append(_rows(gate, max(one.n for one in (gate, *findings))))
    ways.extend(_thresholds(gates, findings))
    ways.extend(_candidates(gate, ranking, winner))
    return ways


def _rows(gate: Finding, judged: int) -> dict[str, Any]:
    """Rows that count towards a rate are a share of those judged: both are scaled up alike."""
    assert gate.rows_needed is not None
    assert gate.value is not None
    assert gate.limit is not None
    exact = gate.rows_needed * judged / gate.n
    unit = 10 ** max(0, len(str(int(exact))) - 2)
    inside = gate.value <= gate.limit if gate.direction == "max" else gate.value >= gate.limit
    return {"way": "rows", "rows": ceil(exact / unit) * unit, "now": judged, "opens": inside}


def _thresholds(gates: Sequence[Finding], findings: Sequence[Finding]) -> Iterator[dict[str, Any]]:
    sweep = next((one for one in findings if one.metric == SWEEP), None)
    if sweep is None:
        return
    points = sweep.details.get("points", [])
    passing = [
        point
        for point in points
        if point["shift"] != 0.0 and all(_keeps(one, point["metrics"]) for one in gates)
    ]
    if passing:
        best = max(passing, key=lambda point: float(point["accuracy"]))
        yield {
            "way": "threshold",
            "shift": best["shift"],
            "accuracy": best["accuracy"],
            "accuracy_now": next(one["accuracy"] for one in points if one["shift"] == 0.0),
        }


def _keeps(gate: Finding, metrics: Mapping[str, Sequence[float]]) -> bool:
    """Whether `gate` is open at a point of the sweep; one that was not swept is as it was."""
    interval = metrics.get(f"{gate.metric}|{gate.subject}")
    if interval is None or gate.limit is None:
        return gate.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE)
    low, high = interval
    return high <= gate.limit if gate.direction == "max" else low >= gate.limit


def _candidates(
    gate: Finding, ranking: Sequence[Mapping[str, Any]], winner: str
) -> Iterator[dict[str, Any]]:
    own = next(one for one in ranking if one["name"] == winner)["preferred"]
    passing = [
        entry
        for entry in ranking
        if entry["name"] != winner
        and entry["preferred"] is not None
        and any(_same(one, gate) and one["verdict"] == Verdict.PASS for one in entry["gates"])
    ]
    if passing and own is not None:
        best = max(passing, key=lambda entry: float(entry["preferred"]))
        yield {"way": "candidate", "name": best["name"], "price": own - best["preferred"]}


def _same(one: Mapping[str, Any], gate: Finding) -> bool:
    return all(
        one[name] == getattr(gate, name) for name in ("metric", "subject", "direction", "limit")
    )
