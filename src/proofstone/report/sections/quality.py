"""How good the model is: numbers with intervals, calibration, ROC."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from proofstone.core.finding import Finding
from proofstone.core.i18n import _
from proofstone.report.charts.curve import Point, calibration_chart, roc_chart
from proofstone.report.measures import MEASURES
from proofstone.report.numbers import count, number, share, show, span
from proofstone.report.record import Record, find, listing, mapping
from proofstone.report.sections.section import View
from proofstone.report.sentences import sentence
from proofstone.report.terms import METRICS, metric_name

PER_FEATURE = ("mean_abs_shapley", "slice_log_loss", "slice_error", "local_shapley")


def view(record: Record) -> View | None:
    """Findings about all cases that no other section shows; None when there is none."""
    order = list(METRICS)
    about_all = [
        finding
        for finding in record.findings
        if finding.subject == "all"
        and finding.value is not None
        and finding.metric not in PER_FEATURE
        and finding.metric not in MEASURES
    ]
    if not about_all:
        return None
    about_all.sort(key=lambda f: order.index(f.metric) if f.metric in order else len(order))
    return {
        "rows": [_row(record, finding) for finding in about_all],
        "calibration": _calibration(find(record.findings, "expected_calibration_error")),
        "roc": _roc(find(record.findings, "roc_auc")),
    }


def _row(record: Record, finding: Finding) -> dict[str, str]:
    return {
        "name": metric_name(finding.metric),
        "value": show(finding.metric, finding.value),
        "interval": span(finding.metric, finding.low, finding.high),
        "sentence": sentence(record, finding),
    }


def _points(finding: Finding | None) -> list[Point]:
    points = []
    for entry in listing(finding.details.get("curve")) if finding is not None else []:
        one = mapping(entry)
        mean, rate = number(one.get("mean")), number(one.get("rate"))
        if mean is None or rate is None:
            continue
        low, high = number(one.get("low")), number(one.get("high"))
        points.append(Point(mean, rate, low, high, int(number(one.get("n")) or 0)))
    return points


def _calibration(finding: Finding | None) -> dict[str, Any] | None:
    points = _points(finding)
    if not points or finding is None:
        return None
    off = max(points, key=lambda point: abs(point.rate - point.mean))
    description = _(
        "{count} groups of similar predictions; furthest from the diagonal: predicted {mean}, "
        "observed {rate}."
    ).format(count=len(points), mean=share(off.mean), rate=share(off.rate))
    chart: Markup = calibration_chart(
        _("Calibration: predicted against observed"),
        description,
        points,
        (_("Predicted probability"), _("Observed frequency")),
        lambda tick: f"{100 * tick:.3g}%",
    )
    table = [
        (share(p.mean), share(p.rate), span("accuracy", p.low, p.high), count(p.n)) for p in points
    ]
    return {"chart": chart, "table": table, "description": description}


def _roc(finding: Finding | None) -> dict[str, Any] | None:
    raw = listing(finding.details.get("curve")) if finding is not None else []
    pairs = [(number(p[0]), number(p[1])) for p in raw if isinstance(p, (list, tuple)) and p[1:]]
    curve = [(a, b) for a, b in pairs if a is not None and b is not None]
    if len(curve) < 2 or finding is None:
        return None
    description = _("The area under the curve is {value}; the diagonal would be chance.").format(
        value=show("roc_auc", finding.value)
    )
    chart = roc_chart(
        _("ROC: found against falsely raised"),
        description,
        curve,
        (_("False positive rate"), _("True positive rate")),
        lambda tick: f"{100 * tick:.3g}%",
    )
    table = [(share(a), share(b)) for a, b in _tenths(curve)]
    return {"chart": chart, "table": table, "description": description}


def _tenths(curve: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The last point of the curve at or before each tenth of the false positive rate."""
    kept: list[tuple[float, float]] = []
    for tenth in range(11):
        before = [point for point in curve if point[0] <= tenth / 10 + 1e-12]
        if before and (not kept or before[-1] != kept[-1]):
            kept.append(before[-1])
    return kept
