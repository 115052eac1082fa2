"""The curves of single inputs: a picture of a number with its numbers, rows of a category."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from proofstone.core.finding import Finding
from proofstone.core.i18n import _
from proofstone.report.charts.dependence import Effect, Names, dependence_chart
from proofstone.report.charts.interval import row_chart
from proofstone.report.charts.scale import Scale
from proofstone.report.numbers import compact, number, share, show, span
from proofstone.report.record import Record, find, listing

OF_SCORES = ("partial_dependence_range", "accumulated_effect_range")
OF_NUMBERS = ("estimate_dependence_range", "estimate_effect_range")
CURVES = (*OF_SCORES, *OF_NUMBERS)
"""Metrics that are shown as curves: partial dependence, then accumulated effects."""

Write = Callable[[float | None], str]


def curves(record: Record) -> list[dict[str, Any]]:
    """Each input's curve; those of numbers are written in their own units, others in percent."""
    found = []
    for (whole, steps), write in ((OF_SCORES, share), (OF_NUMBERS, compact)):
        for finding in record.findings:
            if finding.metric == whole and finding.value is not None:
                local = find(record.findings, steps, finding.subject)
                found.append(_curve(finding, local, write))
    return found


def _curve(finding: Finding, local: Finding | None, write: Write) -> dict[str, Any]:
    """One input's curve: a picture of a number, a row for each value of a category."""
    details = finding.details
    told = show(finding.metric, finding.value)
    ends = span(finding.metric, finding.low, finding.high)
    named = details.get("class")
    one: dict[str, Any] = {
        "name": finding.subject,
        "range": f"{told} ({ends})" if ends else told,
        "of": _("Probability of “{name}”").format(name=named) if named is not None else "",
        "chart": None,
        "rows": [],
        "numbers": [],
        "steps": False,
    }
    if details.get("kind") != "number":
        return one | {"rows": _categories(finding, write)}
    first = _effect(details)
    if first is None:
        return one
    second = _lifted(local, first)
    return one | {
        "chart": _chart(finding, first, second, write),
        "numbers": _numbers_of(first, second, write),
        "steps": second is not None,
    }


def _known(values: Any) -> list[float]:
    return [known for value in listing(values) if (known := number(value)) is not None]


def _effect(details: Mapping[str, Any], lift: float = 0.0) -> Effect | None:
    """The curve in `details`, moved up by `lift`; None where its lists do not fit."""
    lists = [_known(details.get(name)) for name in ("levels", "curve", "low", "high")]
    if len({len(one) for one in lists}) != 1 or len(lists[0]) < 2:
        return None
    at, *heights = lists
    return Effect(at, *([height + lift for height in one] for one in heights))


def _lifted(local: Finding | None, first: Effect) -> Effect | None:
    """Accumulated effects, moved to the mean height of the other curve."""
    second = _effect(local.details) if local is not None else None
    if second is None or local is None:
        return None
    gap = sum(first.height) / len(first.height) - sum(second.height) / len(second.height)
    return _effect(local.details, gap)


def _chart(finding: Finding, first: Effect, second: Effect | None, write: Write) -> Any:
    up = _("Mean estimate") if finding.metric in OF_NUMBERS else _("Mean score")
    names = Names(finding.subject, up, _("Partial dependence"), _("Accumulated effects"))
    description = _("From {low} to {high} on average.").format(
        low=write(min(first.height)), high=write(max(first.height))
    )
    return dependence_chart(finding.subject, description, first, second, names, (compact, write))


def _numbers_of(first: Effect, second: Effect | None, write: Write) -> list[list[str]]:
    """A row for each level: the value, the mean, its interval, and accumulated effects if any."""
    rows = []
    for place, (at, height, low, high) in enumerate(
        zip(first.at, first.height, first.low, first.high, strict=True)
    ):
        ends = _("{low} to {high}").format(low=write(low), high=write(high))
        row = [compact(at), write(height), ends]
        if second is not None:
            row.append(write(second.height[place]) if place < len(second.height) else "")
        rows.append(row)
    return rows


def _categories(finding: Finding, write: Write) -> list[dict[str, Any]]:
    values = [str(value) for value in listing(finding.details.get("levels"))]
    lists = [_known(finding.details.get(name)) for name in ("curve", "low", "high")]
    if any(len(one) != len(values) for one in lists):
        return []
    scale = Scale.around([end for one in lists for end in one])
    return [
        {
            "name": name,
            "value": write(value),
            "chart": row_chart(
                title=f"{finding.subject}: {name}",
                description=write(value),
                value=value,
                low=low,
                high=high,
                scale=scale,
            ),
        }
        for name, value, low, high in zip(values, *lists, strict=True)
    ]
