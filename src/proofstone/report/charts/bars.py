"""Bars: lengths with uncertainty, pushes to either side, and small histograms."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from proofstone.report.charts.interval import INSET
from proofstone.report.charts.scale import Scale
from proofstone.report.charts.svg import element, line, picture, plot


def bar_chart(
    *,
    title: str,
    description: str,
    value: float,
    low: float | None,
    high: float | None,
    scale: Scale,
) -> Markup:
    """Return a bar from zero to `value` with its interval as a thin whisker."""
    start, end = sorted((scale.fraction(0.0), scale.fraction(value)))
    kind = "bar" if value >= 0 else "bar against"
    parts = [
        element(
            "rect",
            x=f"{100 * start:.2f}%",
            y=5,
            width=f"{100 * (end - start):.2f}%",
            height=14,
            class_=kind,
        ),
        line(scale.percent(0.0), 1, scale.percent(0.0), 23, "axis"),
    ]
    if low is not None and high is not None:
        parts.append(line(scale.percent(low), 12, scale.percent(high), 12, "whisker"))
        ends = (scale.percent(low), scale.percent(high))
        parts += [line(at, 8, at, 16, "whisker") for at in ends]
    body = plot(*parts, inset=INSET)
    return picture(title, description, [body], class_="chart row-chart", height=24)


def histogram(title: str, description: str, counts: Sequence[float]) -> Markup:
    """Return a small histogram; heights are counts relative to the greatest."""
    greatest = max(counts, default=0.0) or 1.0
    width = 100.0 / max(1, len(counts))
    parts = []
    for index, amount in enumerate(counts):
        tall = max(0.0, 26.0 * amount / greatest)
        parts.append(
            element(
                "rect",
                x=f"{index * width:.2f}%",
                y=28.0 - tall,
                width=f"{width * 0.88:.2f}%",
                height=tall,
                class_="bar",
            )
        )
    parts.append(line("0%", 28, "100%", 28, "axis"))
    return picture(title, description, parts, class_="chart histogram", height=30)
