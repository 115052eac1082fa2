"""What drives the score: global Shapley values, and a few cases explained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from proofstone.core.finding import Finding
from proofstone.core.i18n import _
from proofstone.report.charts.bars import bar_chart
from proofstone.report.charts.scale import Scale
from proofstone.report.numbers import compact, number, plain, share
from proofstone.report.record import Record, listing, mapping
from proofstone.report.sections.section import View

CHARTED = 12
PUSHES = 8
EXAMPLES = 3


def view(record: Record) -> View | None:
    """Global bars and local examples; None when there are no attributions."""
    found = [f for f in record.findings if f.metric == "mean_abs_shapley" and f.value is not None]
    found.sort(key=lambda finding: (-(finding.value or 0.0), finding.subject))
    examples = _examples(record)
    if not found and not examples:
        return None
    ends = [end for f in found[:CHARTED] for end in (f.value, f.high)]
    scale = Scale.around(ends, zero=True, pad=0.05)
    return {
        "bars": [_bar(finding, scale) for finding in found[:CHARTED]],
        "rest": [(finding.subject, _range(finding)) for finding in found[CHARTED:]],
        "examples": examples,
        "positive": record.positive,
    }


def _range(finding: Finding) -> str:
    text = plain(finding.value)
    if finding.low is None or finding.high is None:
        return text
    ends = _("{low} to {high}").format(low=plain(finding.low), high=plain(finding.high))
    return f"{text} ({ends})"


def _bar(finding: Finding, scale: Scale) -> dict[str, Any]:
    return {
        "name": finding.subject,
        "text": _range(finding),
        "chart": bar_chart(
            title=finding.subject,
            description=_range(finding),
            value=finding.value or 0.0,
            low=finding.low,
            high=finding.high,
            scale=scale,
        ),
    }


def _examples(record: Record) -> list[dict[str, Any]]:
    """At most three explained cases, with their strongest pushes."""
    for finding in record.findings:
        if finding.metric == "local_shapley":
            rows = [mapping(row) for row in listing(finding.details.get("rows"))][:EXAMPLES]
            base = number(finding.details.get("base"))
            pushes = [_pushes(row) for row in rows]
            ends = [push for known in pushes for push in known.values()]
            scale = Scale.around([*ends, 0.0], pad=0.05)
            return [
                _example(base, row, known, scale) for row, known in zip(rows, pushes, strict=True)
            ]
    return []


def _pushes(row: Mapping[str, Any]) -> dict[str, float]:
    """Each input's contribution that is a number."""
    return {
        str(name): pushed
        for name, value in mapping(row.get("contributions")).items()
        if (pushed := number(value)) is not None
    }


def _example(
    base: float | None, row: Mapping[str, Any], known: dict[str, float], scale: Scale
) -> dict[str, Any]:
    strongest = sorted(known, key=lambda name: (-abs(known[name]), name))
    values = mapping(row.get("values"))
    return {
        "row": str(row.get("row", "")),
        "score": share(number(row.get("score"))),
        "base": plain(base),
        "pushes": [
            {
                "name": name,
                "value": _shown(values[name]) if name in values else "",
                "push": ("+" if known[name] > 0 else "") + plain(known[name]),
                "chart": bar_chart(
                    title=name,
                    description=plain(known[name]),
                    value=known[name],
                    low=None,
                    high=None,
                    scale=scale,
                ),
            }
            for name in strongest[:PUSHES]
        ],
        "rest": len(strongest) - min(PUSHES, len(strongest)),
        "rest_push": plain(sum(known[name] for name in strongest[PUSHES:])),
    }


def _shown(value: Any) -> str:
    if value is None:
        return _("missing")
    known = number(value)
    return str(value) if known is None else compact(known)
