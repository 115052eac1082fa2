"""Where the model is weakest: slices of the data with the worst findings."""

from __future__ import annotations

from typing import Any

from proofstone.core.finding import Finding
from proofstone.core.i18n import _
from proofstone.report.charts.interval import axis_chart, row_chart
from proofstone.report.charts.scale import Scale
from proofstone.report.numbers import count, number, share, show, span
from proofstone.report.record import Record
from proofstone.report.sections.gates import tick_text
from proofstone.report.sections.section import View
from proofstone.report.terms import metric_name, slice_name

MOST = 10


def view(record: Record) -> View | None:
    """The worst slices first, those of one metric together; None when none was looked for."""
    tables: dict[str, list[Finding]] = {}
    for finding in record.findings:
        known = finding.value is not None and finding.subject != "all"
        if finding.metric.startswith("slice_") and known:
            tables.setdefault(finding.metric, []).append(finding)
    tried = _tried(record)
    if not tables and not tried:
        return None
    return {
        "tables": [_table(metric, found) for metric, found in tables.items()],
        "tried": None if tables else count(tried),
    }


def _tried(record: Record) -> float | None:
    """How many slices were compared when none turned out worse than the rest."""
    for finding in record.findings:
        if finding.metric.startswith("slice_") and finding.subject == "all":
            return number(finding.details.get("tried"))
    return None


def _table(metric: str, found: list[Finding]) -> dict[str, Any]:
    found = sorted(found, key=lambda one: (-(one.value or 0.0), one.subject))[:MOST]
    ends = [end for one in found for end in (one.value, one.low, one.high)]
    scale = Scale.around(ends, zero=True, pad=0.08)
    rows = [
        {
            "name": slice_name(one.subject),
            "rows": count(number(one.details.get("rows")) or one.n),
            "share": share(number(one.details.get("share"))),
            "value": show(metric, one.value),
            "interval": span(metric, one.low, one.high),
            "chart": row_chart(
                title=slice_name(one.subject),
                description=show(metric, one.value),
                value=one.value,
                low=one.low,
                high=one.high,
                scale=scale,
            ),
        }
        for one in found
    ]
    axis = axis_chart(_("Scale"), scale, lambda tick: tick_text(metric, tick))
    overall = number(found[0].details.get("overall"))
    return {
        "name": metric_name(metric),
        "rows": rows,
        "axis": axis,
        "overall": "" if overall is None else show(metric, overall),
    }
