"""Numbers as people read them: rates in percent, their differences in points."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any, Literal

from proofstone.core.i18n import _, message
from proofstone.report.measures import MEASURES

Kind = Literal["rate", "points", "ratio", "score", "count", "nats", "bits"]

UNITS = {
    "count": message("{number} characters"),
    "nats": message("{number} nats"),
    "bits": message("{number} bits"),
}
"""By kind, a number with its unit."""

RATES = frozenset(
    {
        "accuracy",
        "selection_rate",
        "true_positive_rate",
        "false_positive_rate",
        "true_negative_rate",
        "false_negative_rate",
        "precision",
        "negative_predictive_value",
        "decision_flip_rate",
        "balanced_accuracy",
        "slice_error",
        "answer_match_rate",
        *(metric for metric, one in MEASURES.items() if one.kind == "rate"),
    }
)
MISSING = "–"
_DIGITS = {"ratio": 2, "nats": 2, "bits": 1}


def number(value: Any) -> float | None:
    """Return `value` as a finite float, or None for anything else.

    >>> number("nan"), number(2)
    (None, 2.0)
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if math.isfinite(value) else None


def base_of(metric: str) -> str:
    """Return the metric that a difference or ratio compares.

    >>> base_of("false_positive_rate_difference")
    'false_positive_rate'
    """
    if metric in MEASURES:
        return metric
    return metric.removesuffix("_difference").removesuffix("_ratio")


def kind_of(metric: str) -> Kind:
    """How values of `metric` are written.

    >>> kind_of("selection_rate_difference"), kind_of("roc_auc")
    ('points', 'score')
    """
    if metric in MEASURES:
        return MEASURES[metric].kind
    base = base_of(metric)
    if metric.endswith("_ratio"):
        return "ratio"
    if metric.endswith("_difference"):
        return "points" if base in RATES or base == "equalized_odds" else "score"
    if metric == "expected_calibration_error":
        return "points"
    return "rate" if base in RATES else "score"


def plain(value: float | None, digits: int = 3) -> str:
    """Return a number with `digits` decimals and a true minus sign.

    >>> plain(-0.12345)
    '−0.123'
    """
    if value is None:
        return MISSING
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def compact(value: float | None) -> str:
    """Return a number of any size with four significant digits.

    >>> compact(1234567.0), compact(0.25), compact(3.0)
    ('1,234,567', '0.25', '3')
    """
    if value is None:
        return MISSING
    if abs(value) >= 1e12 or 0 < abs(value) < 1e-4:
        return f"{value:.2e}".replace("-", "−")
    if abs(value) >= 1000:
        return f"{value:,.0f}".replace("-", "−")
    return f"{value:.4g}".replace("-", "−")


def hundredths(value: float | None) -> str:
    """Return 100 × `value` with at most one decimal, as used in sentences and in points.

    >>> hundredths(0.1316), hundredths(0.05)
    ('13.2', '5')
    """
    return MISSING if value is None else plain(100 * value, 1).removesuffix(".0")


def whole(value: float | None) -> str:
    """Return "so many of 100": whole from 10 upwards, else with at most one decimal.

    >>> whole(0.1812), whole(0.0483)
    ('18', '4.8')
    """
    if value is None:
        return MISSING
    return plain(100 * value, 0) if value >= 0.0995 else hundredths(value)


def bare(metric: str, value: float | None) -> str:
    """Return a value of `metric` without its unit, for a place where the unit stands already."""
    kind = kind_of(metric)
    if kind in ("rate", "points"):
        return hundredths(value)
    if kind == "count":
        return count(value)
    return plain(value, _DIGITS.get(kind, 3))


def show(metric: str, value: float | None) -> str:
    """Return a value of `metric` with its unit, in the language in force."""
    if value is None:
        return MISSING
    kind = kind_of(metric)
    if kind == "rate":
        return f"{plain(100 * value, 1)}%"
    if kind == "points":
        return _("{number} points").format(number=plain(100 * value, 1))
    if kind in UNITS:
        return _(UNITS[kind]).format(number=bare(metric, value))
    return bare(metric, value)


def span(metric: str, low: float | None, high: float | None) -> str:
    """Return an interval of `metric` in the language in force; empty when there is none."""
    if low is None or high is None:
        return ""
    return _("{low} to {high}").format(low=_fixed(metric, low), high=_fixed(metric, high))


def _fixed(metric: str, value: float) -> str:
    """A value without its unit, with as many decimals as its neighbours in a table."""
    of_hundred = kind_of(metric) in ("rate", "points")
    return plain(100 * value, 1) if of_hundred else bare(metric, value)


def bound(metric: str, value: float | None) -> str:
    """Return a limit as a person would write it: with its unit, without idle zeros."""
    if value is None:
        return MISSING
    kind = kind_of(metric)
    if kind == "rate":
        return f"{hundredths(value)}%"
    if kind == "points":
        return _("{number} points").format(number=hundredths(value))
    written = count(value) if kind == "count" else compact(value)
    return _(UNITS[kind]).format(number=written) if kind in UNITS else written


def count(value: Any) -> str:
    """Return a whole number with thousands separated.

    >>> count(2380)
    '2,380'
    """
    known = number(value)
    return MISSING if known is None else f"{known:,.0f}"


def share(value: float | None) -> str:
    """Return a share of 1 as a percentage.

    >>> share(0.95), share(0.98979)
    ('95%', '99%')
    """
    return f"{hundredths(value)}%" if value is not None else MISSING


def duration(seconds: Any) -> str:
    """Return a duration in the language in force."""
    known = number(seconds)
    if known is None:
        return MISSING
    if known < 60:
        return _("{seconds} s").format(seconds=plain(known, 1))
    minutes, rest = divmod(round(known), 60)
    return _("{minutes} min {seconds} s").format(minutes=minutes, seconds=rest)


def moment(text: str) -> str:
    """A time as the record has it, to the minute; what is no time is shown as it is.

    >>> moment("2026-11-25T23:14:58.758631+00:00")
    '2026-11-25 23:14 UTC'
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{found.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if found.tzinfo else text
