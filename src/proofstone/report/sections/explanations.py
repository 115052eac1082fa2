"""What drives the score: global Shapley values, and a few cases explained."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from proofstone.core.finding import Finding
from proofstone.core.i18n import _
from proofstone.report.charts.bars import bar_chart
from proofstone.report.charts.scale import Scale
from proofstone.report.numbers import compact, number, plain, share
from proofstone.report.record import Record, find, listing, mapping
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
    scale, write = Scale.around(ends, zero=True, pad=0.05), _written(record)
    return {
        "bars": [_bar(finding, scale, write) for finding in found[:CHARTED]],
        "rest": [(finding.subject, _range(finding, write)) for finding in found[CHARTED:]],
        "examples": examples,
        "towards": _towards(record),
    }


def _scale(record: Record) -> str:
    """What values add up to: `log_odds`, a `probability` or a `number`."""
    local = find(record.findings, "local_shapley", "examples")
    return str(local.details.get("scale")) if local is not None else "log_odds"


def _written(record: Record) -> Callable[[float | None], str]:
    """How values are written: numbers of any size with four digits."""
    return compact if _scale(record) == "number" else plain


def _towards(record: Record) -> str:
    """What bars to the right and to the left mean."""
    says = {
        "number": _(
            "Bars to the right raise the estimate, bars to the left lower it; all pushes and the "
            "starting point add up to the estimate."
        ),
        "probability": _(
            "Bars to the right push towards what the row is taken for, bars to the left away from "
            "it; all pushes and the starting point add up to its probability."
        ),
    }
    otherwise = _(
        "Bars to the right push towards “{positive}”, bars to the left away from it; all pushes "
        "and the starting point add up to the score."
    ).format(positive=record.positive)
    return says.get(_scale(record), otherwise)


def _range(finding: Finding, write: Callable[[float | None], str]) -> str:
    text = write(finding.value)
    if finding.low is None or finding.high is None:
        return text
    ends = _("{low} to {high}").format(low=write(finding.low), high=write(finding.high))
    return f"{text} ({ends})"


def _bar(finding: Finding, scale: Scale, write: Callable[[float | None], str]) -> dict[str, Any]:
    return {
        "name": finding.subject,
        "text": _range(finding, write),
        "chart": bar_chart(
            title=finding.subject,
            description=_range(finding, write),
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
            scale, write = Scale.around([*ends, 0.0], pad=0.05), _written(record)
            return [
                _example(base, row, known, scale, write)
                for row, known in zip(rows, pushes, strict=True)
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
    base: float | None,
    row: Mapping[str, Any],
    known: dict[str, float],
    scale: Scale,
    write: Callable[[float | None], str],
) -> dict[str, Any]:
    own = number(row.get("base"))
    strongest = sorted(known, key=lambda name: (-abs(known[name]), name))
    values = mapping(row.get("values"))
    return {
        "row": str(row.get("row", "")),
        "score": _score(row, write),
        "base": write(base if own is None else own),
        "pushes": [
            {
                "name": name,
                "value": _shown(values[name]) if name in values else "",
                "push": ("+" if known[name] > 0 else "") + write(known[name]),
                "chart": bar_chart(
                    title=name,
                    description=write(known[name]),
                    value=known[name],
                    low=None,
                    high=None,
                    scale=scale,
                ),
            }
            for name in strongest[:PUSHES]
        ],
        "rest": len(strongest) - min(PUSHES, len(strongest)),
        "rest_push": write(sum(known[name] for name in strongest[PUSHES:])),
    }


def _score(row: Mapping[str, Any], write: Callable[[float | None], str]) -> str:
    """What was answered: a number, or a probability, of which class where there are several."""
    score = number(row.get("score"))
    if write is compact:
        return compact(score)
    named = row.get("class")
    if named is None:
        return share(score)
    return _("“{name}”, {share}").format(name=named, share=share(score))


def _shown(value: Any) -> str:
    if value is None:
        return _("missing")
    known = number(value)
    return str(value) if known is None else compact(known)
