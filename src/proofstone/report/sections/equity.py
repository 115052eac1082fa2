"""Fairness beyond rates: where bias comes in, calibration in groups, exchanged attributes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from proofstone.core.finding import Finding
from proofstone.core.i18n import _, message
from proofstone.report.charts.interval import axis_chart, row_chart
from proofstone.report.charts.scale import Scale
from proofstone.report.language import say
from proofstone.report.numbers import count, kind_of, number, plain, show, span
from proofstone.report.record import Record, listing, mapping
from proofstone.report.sections.gates import tick_text
from proofstone.report.sections.measured import of_part
from proofstone.report.sections.section import View
from proofstone.report.sentences import sentence
from proofstone.report.terms import metric_name, subject_name, verdict_name

SOURCES = {
    "data": message("Data"),
    "model": message("Model"),
    "algorithm": message("Algorithm"),
    "interaction": message("Interaction"),
    "evaluation": message("Evaluation"),
}
_GROUPS = ("calibration_gap", "group_calibration_error")
_SPREADS = ("calibration_gap_difference", "group_calibration_error_difference")
_ALIKE = ("decision_consistency", "generalized_entropy_index", "between_group_entropy")
_FLIPS = ("counterfactual_flip_rate", "counterfactual_score_change", "proxy_auc")


def view(record: Record) -> View | None:
    """Tables of what was measured, and why what was not; None where nothing was."""
    findings = of_part(record, "equity")
    if not findings:
        return None
    sources = [one for one in findings if one.details.get("source") in SOURCES]
    order = list(SOURCES)
    sources.sort(key=lambda one: order.index(str(one.details["source"])))
    groups = [one for one in findings if one.metric in _GROUPS]
    return {
        "sources": _table(record, sources),
        "groups": _table(record, groups),
        "spreads": [sentence(record, one) for one in findings if one.metric in _SPREADS],
        "flips": _table(record, [one for one in findings if one.metric in _FLIPS]),
        "inputs": [text for one in findings if (text := _inputs(one))],
        "alike": [sentence(record, one) for one in findings if one.metric in _ALIKE],
        "absent": _absent(record),
    }


def _table(record: Record, findings: Sequence[Finding]) -> View | None:
    """A table of `findings`; those in points are drawn on one scale."""
    if not findings:
        return None
    drawn = [one for one in findings if kind_of(one.metric) == "points"]
    ends = [end for one in drawn for end in (one.value, one.low, one.high)]
    scale = Scale.around(ends, zero=True)
    axis = axis_chart(_("Scale"), scale, lambda tick: tick_text("added_gap", tick))
    rows = [_row(record, one, scale if one in drawn else None) for one in findings]
    return {"rows": rows, "axis": axis if drawn else None}


def _row(record: Record, finding: Finding, scale: Scale | None) -> dict[str, Any]:
    value = show(finding.metric, finding.value)
    interval = span(finding.metric, finding.low, finding.high)
    gate = record.gate_of(finding.metric, finding.subject)
    name, subject = metric_name(finding.metric), subject_name(finding.subject)
    source = SOURCES.get(str(finding.details.get("source")))
    return {
        "source": _(source) if source else "",
        "name": name,
        "subject": subject,
        "sentence": sentence(record, finding.judged(low=None, high=None)),
        "n": count(finding.n),
        "value": value,
        "interval": interval,
        "found": _found(finding),
        "verdict": str(gate.finding.verdict) if gate else "",
        "word": verdict_name(gate.finding.verdict) if gate else "",
        "chart": scale
        and row_chart(
            title=f"{name}, {subject}",
            description=f"{value} ({interval})" if interval else value,
            value=finding.value,
            low=finding.low,
            high=finding.high,
            scale=scale,
        ),
    }


def _found(finding: Finding) -> bool:
    """Whether the whole interval lies beyond what no bias would show."""
    nothing = 0.5 if finding.metric == "score_group_auc" else 0.0
    return finding.low is not None and finding.low > nothing


def _inputs(finding: Finding) -> str:
    """Which inputs tell a protected attribute most, with how far they move its log-odds."""
    told = [mapping(one) for one in listing(finding.details.get("inputs"))]
    if finding.metric != "proxy_auc" or not told:
        return ""
    items = [f"{one.get('input')} ({plain(number(one.get('log_odds')), 2)})" for one in told]
    text = _("{column} is told most by: {inputs} (standard deviation of the log-odds).")
    return text.format(column=finding.subject, inputs=", ".join(items))


def _absent(record: Record) -> list[str]:
    """What was not measured, once for each reason."""
    said: dict[str, None] = {}
    for one in record.findings:
        if one.value is None and one.metric in (*_FLIPS, "representation_difference"):
            text = _("{metric}, {subject}: {reason}.").format(
                metric=metric_name(one.metric),
                subject=subject_name(one.subject),
                reason=say(one.reason).rstrip("."),
            )
            said.setdefault(text)
    return list(said)
