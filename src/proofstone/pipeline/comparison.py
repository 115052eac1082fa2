"""Two releases side by side, or the candidates of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def compare(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Return every finding that both records measured, with the change of its value.

    `models` tells of each release's winner its family, its weights, the seconds and the peak memory
    that it took to make and to measure, the seconds a reply where it gives any, and the peak memory
    of the whole run. The intervals are each release's own; a paired test of the difference is not
    made here.
    """
    before, after = _values(_winner(first)), _values(_winner(second))
    shared = [key for key in before if key in after]
    return {
        "first": _head(first),
        "second": _head(second),
        "findings": [
            {
                "metric": metric,
                "subject": subject,
                "first": _short(before[metric, subject]),
                "second": _short(after[metric, subject]),
                "change": after[metric, subject]["value"] - before[metric, subject]["value"],
            }
            for metric, subject in shared
        ],
        "models": [
            _model(_winner(one)) | {"run_memory_mb": one["cost"]["peak_memory_mb"]}
            for one in (first, second)
        ],
    }


def compare_candidates(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was measured on each candidate of a release as a whole (subject `all`).

    `models` are the candidates, the best ranked first; `values` of a finding has one entry for each
    of them in that order, None where it was not measured. Candidates are measured on the same rows
    or questions, but a paired test of their differences is not made here.
    """
    candidates = record["candidates"]
    measured = [_values(one) for one in candidates]
    metrics = [name for values in measured for name, subject in values if subject == "all"]
    return {
        "release": _head(record),
        "models": [_model(one) | {"verdict": one["verdict"]} for one in candidates],
        "findings": [
            {
                "metric": metric,
                "subject": "all",
                "values": [
                    _short(values[metric, "all"]) if (metric, "all") in values else None
                    for values in measured
                ],
            }
            for metric in dict.fromkeys(metrics)
        ],
    }


def _winner(record: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(
        one for one in record["candidates"] if one["name"] == record["winner"]
    )
    return found


def _values(candidate: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {
        (one["metric"], one["subject"]): one
        for one in candidate["findings"]
        if one["value"] is not None
    }


def _model(candidate: Mapping[str, Any]) -> dict[str, Any]:
    """What a candidate is and costs; None what its record does not say, as older ones do not."""
    return {
        "name": candidate["name"],
        "family": candidate["family"],
        "weights": [
            {name: weights[name] for name in ("address", "licence", "size")}
            for weights in candidate.get("weights", ())
        ],
        "seconds": candidate["seconds"],
        "seconds_per_reply": candidate.get("seconds_per_reply"),
        "memory_mb": candidate.get("memory_mb"),
    }


def _head(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: record[name] for name in ("release", "name", "winner", "verdict")}


def _short(finding: Mapping[str, Any]) -> dict[str, Any]:
    return {name: finding[name] for name in ("value", "low", "high", "limit", "verdict", "n")}
