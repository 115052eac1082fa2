"""Candidates side by side: quality against gap, and the price of mitigation."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from proofstone.core.finding import Finding
from proofstone.core.i18n import _
from proofstone.report.charts.scatter import Mark, scatter
from proofstone.report.language import say
from proofstone.report.numbers import MISSING, compact, duration, number, plain, show, span
from proofstone.report.record import Candidate, Record, find, mapping
from proofstone.report.sections.gates import tick_text
from proofstone.report.sections.section import View
from proofstone.report.sentences import limit_text
from proofstone.report.terms import metric_name, mitigation_name

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def view(record: Record) -> View | None:
    """All candidates; None when there is none, one that no family made, or for an assistant."""
    if record.assistant or not any(one.family for one in record.candidates):
        return None
    rows = [_row(record, index, one) for index, one in enumerate(record.candidates)]
    gap = record.gap
    return {
        "rows": rows,
        "quality": metric_name(record.quality),
        "gap": f"{metric_name(gap[0])} ({gap[1]})" if gap else "",
        "chart": _chart(record) if len(record.candidates) > 1 else None,
        "prices": _prices(record),
        "rule": rule_of(record),
        "none_eligible": record.winner is None,
    }


def rule_of(record: Record) -> str:
    """The rule of selection, from the project file where there is one."""
    declared = mapping(record.project.get("select"))
    if not declared:
        return say(mapping(record.document.get("selection")).get("rule"))
    greatest = declared.get("greatest", True)
    text = (
        _(
            "By verdict first (pass, inconclusive, not run, fail), then the fewest gates not "
            "passed, then the greatest {end} of {metric}."
        )
        if greatest
        else _(
            "By verdict first (pass, inconclusive, not run, fail), then the fewest gates not "
            "passed, then the least {end} of {metric}."
        )
    )
    ends = {"low": _("lower end of the interval"), "high": _("upper end of the interval")}
    return text.format(
        end=ends.get(str(declared.get("bound", "low")), ""), metric=metric_name(record.quality)
    )


def _letter(index: int) -> str:
    return LETTERS[index] if index < len(LETTERS) else str(index + 1)


def _pair(record: Record, one: Candidate) -> tuple[Finding | None, Finding | None]:
    quality = find(one.findings, record.quality)
    return quality, find(one.findings, *record.gap) if record.gap else None


def _row(record: Record, index: int, one: Candidate) -> dict[str, Any]:
    eligible = {True: _("yes"), False: _("no"), None: MISSING}[one.eligible]
    return {
        "letter": _letter(index),
        "name": one.name,
        "family": one.family,
        "mitigation": mitigation_name(one.mitigation),
        "winner": record.winner is one,
        "eligible": eligible,
        "settings": [(name, setting_text(value)) for name, value in sorted(one.settings.items())],
        "trials": MISSING if one.trials is None else str(one.trials),
        "seconds": duration(one.seconds),
        "measured": [_measured(finding) for finding in _pair(record, one)],
    }


def _measured(finding: Finding | None) -> tuple[str, str]:
    if finding is None:
        return MISSING, ""
    value = show(finding.metric, finding.value)
    return value, span(finding.metric, finding.low, finding.high)


def setting_text(value: Any) -> str:
    """One setting's value as a person reads it."""
    if value is None or isinstance(value, float):
        return compact(number(value))
    return str(value)


def _chart(record: Record) -> Markup | None:
    if record.gap is None:
        return None
    marks = []
    for index, one in enumerate(record.candidates):
        quality, gap = _pair(record, one)
        if quality is None or gap is None or quality.value is None or gap.value is None:
            continue
        across, up = (gap.value, gap.low, gap.high), (quality.value, quality.low, quality.high)
        marks.append(Mark(_letter(index), record.winner is one, across, up))
    if not marks:
        return None
    gate = record.gate_of(*record.gap)
    limit = None
    if gate is not None and gate.finding.limit is not None and gate.finding.direction == "max":
        limit = (gate.finding.limit, limit_text(gate.finding))
    metric = record.gap[0]
    described = "; ".join(
        f"{mark.letter}: {show(record.quality, mark.up[0])}, {show(metric, mark.across[0])}"
        for mark in marks
    )
    return scatter(
        _("Quality against gap of each candidate"),
        described,
        marks,
        (
            _("{name} ← smaller is fairer").format(name=f"{metric_name(metric)}, {record.gap[1]}"),
            metric_name(record.quality),
        ),
        (lambda t: tick_text(metric, t), lambda t: tick_text(record.quality, t)),
        limit,
    )


def _prices(record: Record) -> list[dict[str, str]]:
    """Each mitigated candidate against its unmitigated twin."""
    prices = []
    for one in record.candidates:
        twin = record.twin(one)
        if not one.mitigated or twin is None:
            continue
        own, other = _pair(record, one), _pair(record, twin)
        prices.append(
            {
                "name": one.name,
                "twin": twin.name,
                "quality": _change(own[0], other[0]),
                "gap": _change(own[1], other[1]),
            }
        )
    return prices


def _change(own: Finding | None, other: Finding | None) -> str:
    if own is None or other is None or own.value is None or other.value is None:
        return MISSING
    change = own.value - other.value
    text = show(own.metric, change)
    return f"+{text}" if change > 0 and plain(change, 4) != "0.0000" else text
