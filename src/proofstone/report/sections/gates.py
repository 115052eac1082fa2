"""The scorecard: each gate with value, interval, limit, verdict, and what would open it."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from proofstone.core.finding import Finding
from proofstone.core.i18n import _
from proofstone.report.charts.interval import gate_chart
from proofstone.report.charts.scale import Scale
from proofstone.report.language import say
from proofstone.report.measures import MEASURES
from proofstone.report.numbers import base_of, count, kind_of, share, show, span
from proofstone.report.record import Gate, Record
from proofstone.report.sections.section import View
from proofstone.report.sentences import counted, judgement, limit_text, sentence
from proofstone.report.terms import ESTIMATORS, metric_name, subject_name, verdict_name
from proofstone.report.ways import ways_open


def view(record: Record) -> View | None:
    """Every gate in order; None without gates."""
    if not record.gates:
        return None
    return {"gates": [_gate(record, gate) for gate in record.gates]}


def _gate(record: Record, gate: Gate) -> dict[str, Any]:
    finding = gate.finding
    known = finding.value is not None
    return {
        "verdict": str(finding.verdict),
        "word": verdict_name(finding.verdict),
        "name": metric_name(finding.metric),
        "subject": _subject(finding),
        "value": show(finding.metric, finding.value),
        "interval": span(finding.metric, finding.low, finding.high),
        "limit": limit_text(finding),
        "sentence": sentence(record, finding) if known else "",
        "judgement": judgement(finding),
        "reason": say(gate.reason),
        "basis": _basis(finding) if known else "",
        "chart": chart(finding),
        "opening": ways_open(record, gate),
    }


def _subject(finding: Finding) -> str:
    """Of whom; empty where the metric's own name says it."""
    everybody = finding.subject == "all" and finding.metric in MEASURES
    return "" if everybody else subject_name(finding.subject)


def _basis(finding: Finding) -> str:
    """Level, number of rows and kind of evidence."""
    return _("confidence level {level}; {rows}; {evidence}").format(
        level=share(finding.level),
        rows=counted(finding.metric, finding.n),
        evidence=_(ESTIMATORS[finding.evidence]),
    )


def scale_of(finding: Finding, *others: float | None) -> Scale:
    """A scale that holds the finding's interval, its limit and `others`."""
    ends = [finding.value, finding.low, finding.high, finding.limit, *others]
    kind = kind_of(finding.metric)
    bounded = kind == "rate" or base_of(finding.metric) == "roc_auc"
    floor = 0.0 if bounded and min((e for e in ends if e is not None), default=0) >= 0 else None
    points = kind == "points" and min((e for e in ends if e is not None), default=0) >= 0
    ceiling = 1.0 if bounded else None
    return Scale.around(ends, zero=points, floor=floor, ceiling=ceiling, pad=0.35)


def chart(finding: Finding) -> Markup | None:
    """The gate's chart; None where there is nothing to draw."""
    if finding.limit is None or finding.value is None:
        return None
    words = limit_text(finding)
    description = _("Value {value}, interval {interval}; the limit is {limit}: {verdict}.").format(
        value=show(finding.metric, finding.value),
        interval=span(finding.metric, finding.low, finding.high) or "–",
        limit=words,
        verdict=verdict_name(finding.verdict),
    )
    return gate_chart(
        title=_title(finding),
        description=description,
        value=finding.value,
        low=finding.low,
        high=finding.high,
        limit=finding.limit,
        greatest=finding.direction != "min",
        limit_words=words,
        scale=scale_of(finding),
        write=lambda tick: tick_text(finding.metric, tick),
    )


def _title(finding: Finding) -> str:
    name, subject = metric_name(finding.metric), _subject(finding)
    return f"{name} ({subject})" if subject else name


def tick_text(metric: str, tick: float) -> str:
    """A tick's label: percent for rates and gaps, else a plain number."""
    if kind_of(metric) in ("rate", "points"):
        return (
            f"{100 * tick:.3g}%".replace("-", "−")
            if kind_of(metric) == "rate"
            else (f"{100 * tick:.3g}".replace("-", "−"))
        )
    if kind_of(metric) == "count":
        return count(tick)
    return f"{tick:.3g}".replace("-", "−")
