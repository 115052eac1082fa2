"""How good the model is where the task is no decision between two, and coverage of any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from proofstone.core.finding import Finding
from proofstone.core.i18n import _
from proofstone.report.charts.interval import row_chart
from proofstone.report.charts.scale import Scale
from proofstone.report.measures.performance import PLAIN
from proofstone.report.numbers import MISSING, compact, count, number, show, span
from proofstone.report.record import Record, find, listing, mapping
from proofstone.report.sections.measured import of_part, table
from proofstone.report.sections.section import View
from proofstone.report.sentences import sentence
from proofstone.report.terms import metric_name, subject_name

_BY_CLASS = ("class_recall", "class_precision", "label_f1")
_ELSEWHERE = frozenset({*_BY_CLASS, "conformal_group_coverage", "slice_absolute_error"})


def view(record: Record) -> View | None:
    """Shares, then numbers, then each class; None where nothing of it was measured."""
    findings = of_part(record, "performance")
    if not findings:
        return None
    shares = [one for one in findings if one.metric not in PLAIN and _here(one)]
    plain = [one for one in findings if one.metric in PLAIN - _ELSEWHERE and one.subject == "all"]
    return {
        "table": table(record, shares) if shares else None,
        "numbers": [_number(record, one) for one in plain],
        "columns": [metric_name(metric) for metric in _measured_by_class(findings)],
        "classes": _by_class(findings),
        "confusion": _confusion(find(record.findings, "accuracy")),
        "bins": _bins(find(record.findings, "mean_error")),
        "texts": [
            *_promise(find(record.findings, "conformal_coverage")),
            *_least([one for one in findings if one.metric == "conformal_group_coverage"]),
            *_recalls(record),
        ],
    }


def _here(finding: Finding) -> bool:
    """Whether the table shows it: groups of differences stand in the section on groups."""
    return finding.metric not in _ELSEWHERE and (
        "=" not in finding.subject or finding.metric == "conformal_coverage"
    )


def _number(record: Record, finding: Finding) -> dict[str, str]:
    ends = compact(finding.low), compact(finding.high)
    known = finding.low is not None and finding.high is not None
    return {
        "name": metric_name(finding.metric),
        "note": sentence(record, finding.judged(low=None, high=None)),
        "n": count(finding.n),
        "value": compact(finding.value),
        "interval": _("{low} to {high}").format(low=ends[0], high=ends[1]) if known else MISSING,
    }


def _measured_by_class(findings: list[Finding]) -> list[str]:
    found = {one.metric for one in findings}
    return [metric for metric in _BY_CLASS if metric in found]


def _by_class(findings: list[Finding]) -> list[dict[str, Any]]:
    """Each class or label with its rows, and each of its values with the interval."""
    metrics = _measured_by_class(findings)
    rows: dict[str, dict[str, Finding]] = {}
    for one in findings:
        if one.metric in metrics:
            rows.setdefault(one.subject, {})[one.metric] = one
    return [
        {
            "name": subject_name(subject).partition("=")[2] or subject,
            "n": count(found[metrics[0]].n) if metrics[0] in found else MISSING,
            "cells": [_cell(found.get(metric)) for metric in metrics],
        }
        for subject, found in rows.items()
    ]


def _cell(finding: Finding | None) -> dict[str, str]:
    if finding is None:
        return {"value": MISSING, "interval": ""}
    return {
        "value": show(finding.metric, finding.value),
        "interval": span(finding.metric, finding.low, finding.high),
    }


def _confusion(finding: Finding | None) -> dict[str, Any] | None:
    """The table of right classes by decided ones."""
    found = mapping(finding.details.get("confusion")) if finding is not None else {}
    names, rows = listing(found.get("classes")), listing(found.get("rows"))
    if not names or len(names) != len(rows):
        return None
    return {
        "names": [str(name) for name in names],
        "rows": [
            {"name": str(name), "cells": [count(cell) for cell in listing(row)], "own": place}
            for place, (name, row) in enumerate(zip(names, rows, strict=True))
        ],
        "left_out": int(number(found.get("left_out")) or 0),
    }


def _bins(finding: Finding | None) -> list[dict[str, Any]]:
    """Mean estimate and mean truth of each tenth, and how far they lie apart."""
    found = [mapping(one) for one in listing(finding.details.get("bins"))] if finding else []
    gaps = [_gap(one) for one in found]
    ends = [end for gap in gaps for end in gap]
    if not any(end is not None for end in ends):
        return []
    scale = Scale.around(ends, zero=True, pad=0.08)
    return [_bin(one, gap, scale) for one, gap in zip(found, gaps, strict=True)]


def _gap(entry: Mapping[str, Any]) -> tuple[float | None, float | None, float | None]:
    estimate, target = number(entry.get("estimate")), number(entry.get("target"))
    gap = None if estimate is None or target is None else estimate - target
    return gap, number(entry.get("low")), number(entry.get("high"))


def _bin(
    entry: Mapping[str, Any], gap: tuple[float | None, float | None, float | None], scale: Scale
) -> dict[str, Any]:
    estimate = compact(number(entry.get("estimate")))
    chart = None
    if gap[0] is not None:
        chart = row_chart(
            title=estimate, description=compact(gap[0]), value=gap[0], low=gap[1], high=gap[2],
            scale=scale,
        )  # fmt: skip
    return {
        "n": count(entry.get("n")),
        "estimate": estimate,
        "target": compact(number(entry.get("target"))),
        "gap": compact(gap[0]),
        "chart": chart,
    }


def _promise(finding: Finding | None) -> list[str]:
    """What coverage was promised, and where chance alone would let the measured one lie."""
    details: Any = finding.details if finding is not None else {}
    promised = number(details.get("promised"))
    ends = [number(end) for end in listing(details.get("by_chance"))]
    if promised is None or len(ends) != 2:
        return []
    text = _(
        "A coverage of {promised} was promised, from {rows} calibrating rows; were all rows alike, "
        "the measured one would lie between {low} and {high}."
    )
    return [
        text.format(
            promised=show("conformal_coverage", promised),
            rows=count(details.get("calibrating")),
            low=show("conformal_coverage", ends[0]),
            high=show("conformal_coverage", ends[1]),
        )
    ]


def _least(findings: list[Finding]) -> list[str]:
    """The group of each protected column that is covered least."""
    text = _(
        "Of the groups of {column}, “{group}” is covered least: {value}; the interval of the least "
        "coverage is {interval}."
    )
    return [
        text.format(
            column=one.subject,
            group=one.details.get("worst", ""),
            value=show(one.metric, one.value),
            interval=span(one.metric, one.low, one.high),
        )
        for one in findings
    ]


def _recalls(record: Record) -> list[str]:
    """The class that is found least evenly among the groups of each protected column."""
    text = _(
        "Between groups of {column}, the share of a class that is found differs most for "
        "“{name}”: by {value}; the interval is {interval}."
    )
    return [
        text.format(
            column=one.subject,
            name=one.details.get("class", ""),
            value=show(one.metric, one.value),
            interval=span(one.metric, one.low, one.high),
        )
        for one in record.findings
        if one.metric == "class_recall_difference" and one.value is not None
    ]
