"""Two releases side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def compare(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Return every finding that both records measured, with the change of its value.

    The intervals are each release's own; a paired test of the difference is not made here.
    """
    before, after = _findings(first), _findings(second)
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
    }


def _findings(record: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]]:
    chosen = next(one for one in record["candidates"] if one["name"] == record["winner"])
    return {
        (one["metric"], one["subject"]): one
        for one in chosen["findings"]
        if one["value"] is not None
    }


def _head(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: record[name] for name in ("release", "name", "winner", "verdict")}


def _short(finding: Mapping[str, Any]) -> dict[str, Any]:
    return {name: finding[name] for name in ("value", "low", "high", "limit", "verdict", "n")}
