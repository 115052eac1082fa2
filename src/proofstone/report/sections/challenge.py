"""Champion against challenger: both values, the change with its interval, who may stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from proofstone.core.finding import Finding
from proofstone.core.i18n import _, message
from proofstone.report.charts.interval import row_chart
from proofstone.report.charts.scale import Scale
from proofstone.report.numbers import MISSING, count, kind_of, number, plain, show, span
from proofstone.report.record import Record, mapping
from proofstone.report.sections.measured import of_part
from proofstone.report.sections.section import View
from proofstone.report.terms import metric_name, subject_name, verdict_name

STANDINGS = {
    "better": message("better"),
    "no_worse": message("no worse"),
    "undecided": message("undecided"),
    "worse": message("worse"),
}

SEEN = {
    "champion": message(
        "{count} of these rows stand in the data that the champion was made from, and it may have "
        "been trained on them: that flatters the champion."
    ),
    "challenger": message(
        "{count} of these rows stand in the data that the challenger was made from, and it may "
        "have been trained on them: that flatters the challenger."
    ),
}

ANSWERED = {
    "recorded": message(
        "{count} of these rows the champion answered when it was judged, by a model that had never "
        "seen the row."
    ),
    "asked": message(
        "{count} of these rows are new to the champion, and the released model itself was asked."
    ),
    "left_out": message(
        "{count} rows are left out: the champion was trained on them, and no answer to them is "
        "kept from a model that was not."
    ),
}


def view(record: Record) -> View | None:
    """Who stood against whom, and each change; None where nothing was compared."""
    findings = of_part(record, "challenge")
    if not findings:
        return None
    told = mapping(record.document.get("challenge"))
    return {
        "facts": _facts(told),
        "texts": [
            _("All changes are the challenger's value minus the champion's, on the same rows."),
            *_seen(told),
            *_answered(mapping(told.get("answered"))),
        ],
        "rows": _rows(record, findings),
    }


def _facts(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    facts = []
    for side, label in (("champion", _("Champion")), ("challenger", _("Challenger"))):
        about = mapping(told.get(side))
        if about:
            release = str(about.get("release") or "")[:12]
            name = str(about.get("name", ""))
            facts.append((label, f"{name} ({release})" if release else name))
    if told:
        facts.append((_("Rows that both answered"), count(told.get("rows"))))
        text = plain(number(told.get("margin")), 4).rstrip("0").rstrip(".")
        facts.append((_("Worsening that is accepted"), text))
    return facts


def _seen(told: Mapping[str, Any]) -> list[str]:
    """Which rows a model may have been trained on, as far as that is known."""
    counts = mapping(told.get("seen"))
    texts = [
        _(text).format(count=count(counts[side]))
        for side, text in SEEN.items()
        if number(counts.get(side))
    ]
    if {mapping(told.get(side)).get("kind") for side in SEEN} & {"model", "column"}:
        texts.append(_("Whether a model from elsewhere was trained on these rows is not known."))
    return texts


def _answered(counts: Mapping[str, Any]) -> list[str]:
    """How the champion came to answer rows, in a run that held its candidates against it."""
    return [
        _(text).format(count=count(counts[how]))
        for how, text in ANSWERED.items()
        if number(counts.get(how))
    ]


def _rows(record: Record, findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """A row a change; those of one unit share a scale."""
    scales = {
        kind: Scale.around(
            [end for one in findings if kind_of(one.metric) == kind
             for end in (one.value, one.low, one.high, one.limit)],
            zero=True,
            pad=0.1,
        )
        for kind in {kind_of(one.metric) for one in findings}
    }  # fmt: skip
    return [_row(record, one, scales[kind_of(one.metric)]) for one in findings]


def _row(record: Record, finding: Finding, scale: Scale) -> dict[str, Any]:
    gate = record.gate_of(finding.metric, finding.subject)
    value = show(finding.metric, finding.value)
    interval = span(finding.metric, finding.low, finding.high)
    name = metric_name(finding.metric)
    everybody = finding.subject == "all"
    standing = str(finding.details.get("standing") or "")
    return {
        "name": name if everybody else f"{name}: {subject_name(finding.subject)}",
        "n": count(finding.n),
        "champion": _side(finding, "champion"),
        "challenger": _side(finding, "challenger"),
        "value": value,
        "interval": interval,
        "p": _p(number(finding.details.get("p"))),
        "standing": _(STANDINGS[standing]) if standing in STANDINGS else MISSING,
        "verdict": str(gate.finding.verdict) if gate else "",
        "word": verdict_name(gate.finding.verdict) if gate else "",
        "chart": row_chart(
            title=name,
            description=f"{value} ({interval})" if interval else value,
            value=finding.value,
            low=finding.low,
            high=finding.high,
            scale=scale,
            limit=gate.finding.limit if gate else None,
            greatest=gate is None or gate.finding.direction != "min",
        ),
    }


def _side(finding: Finding, side: str) -> str:
    """A model's own value: of a change in points, the share itself."""
    value = number(finding.details.get(side))
    if value is None:
        return MISSING
    shares = finding.metric.endswith(("_rate_change", "accuracy_change", "_difference_change"))
    return f"{plain(100 * value, 1)}%" if shares else plain(value, 3)


def _p(value: float | None) -> str:
    if value is None:
        return MISSING
    return "< 0.001" if value < 0.001 else plain(value, 3)
