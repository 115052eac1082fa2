"""Dot and whiskers on a line, with a limit and its failing side where there is one."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from proofstone.report.charts.scale import Scale
from proofstone.report.charts.svg import element, line, picture, plot, text

INSET = 5.0
ROW_TICKS = 3


def whisker(
    scale: Scale, middle: float, value: float | None, low: float | None, high: float | None
) -> list[Markup]:
    """Return dot and whiskers at height `middle`; an end beyond the scale gets no cap."""
    parts: list[Markup] = []
    if low is not None and high is not None:
        parts.append(line(scale.percent(low), middle, scale.percent(high), middle, "whisker"))
        for end in (low, high):
            if scale.low <= end <= scale.high:
                at = scale.percent(end)
                parts.append(line(at, middle - 5, at, middle + 5, "whisker"))
    if value is not None:
        parts.append(element("circle", cx=scale.percent(value), cy=middle, r=5.0, class_="dot"))
    return parts


def failing_side(scale: Scale, limit: float, greatest: bool, top: float, size: float) -> Markup:
    """Return the hatched part of the scale that breaks the limit."""
    at = scale.fraction(limit)
    start, width = (at, 1 - at) if greatest else (0.0, at)
    place: dict[str, str | float] = {
        "x": f"{100 * start:.2f}%",
        "y": top,
        "width": f"{100 * width:.2f}%",
    }
    return element("rect", **place, height=size, class_="bad") + element(
        "rect", **place, height=size, class_="hatch"
    )


def ruler(scale: Scale, y: float, write: Callable[[float], str], about: int = 4) -> list[Markup]:
    """Return tick marks from height `y` downwards with their labels."""
    parts = [line("0%", y, "100%", y, "axis")]
    for tick in scale.ticks(about):
        at = scale.percent(tick)
        parts += [line(at, y, at, y + 4, "axis"), text(at, y + 16, write(tick), "tick")]
    return parts


def gate_chart(
    *,
    title: str,
    description: str,
    value: float | None,
    low: float | None,
    high: float | None,
    limit: float,
    greatest: bool,
    limit_words: str,
    scale: Scale,
    write: Callable[[float], str],
) -> Markup:
    """Return the chart of one gate: dot, whiskers, limit line, failing side hatched."""
    at = scale.fraction(limit)
    anchor = "start" if at < 0.25 else "end" if at > 0.75 else "middle"
    spot = scale.percent(limit)
    body = plot(
        element("rect", x="0%", y=18, width="100%", height=32, class_="track"),
        failing_side(scale, limit, greatest, 18.0, 32.0),
        *whisker(scale, 34.0, value, low, high),
        line(spot, 14, spot, 50, "limit"),
        text(spot, 11, limit_words, "limit-words", anchor),
        *ruler(scale, 50.0, write),
        inset=INSET,
    )
    return picture(title, description, [body], class_="chart gate-chart", height=70)


def row_chart(
    *,
    title: str,
    description: str,
    value: float | None,
    low: float | None,
    high: float | None,
    scale: Scale,
    limit: float | None = None,
    greatest: bool = True,
) -> Markup:
    """Return one row of a table of intervals that share `scale`."""
    parts = [element("rect", x="0%", y=2, width="100%", height=20, class_="track")]
    if limit is not None:
        parts.append(failing_side(scale, limit, greatest, 2.0, 20.0))
    ticks = [scale.percent(tick) for tick in scale.ticks(ROW_TICKS)]
    parts += [line(at, 2, at, 22, "grid") for at in ticks]
    if scale.low < 0 < scale.high:
        parts.append(line(scale.percent(0), 0, scale.percent(0), 24, "axis"))
    parts += whisker(scale, 12.0, value, low, high)
    if limit is not None:
        parts.append(line(scale.percent(limit), 0, scale.percent(limit), 24, "limit"))
    body = plot(*parts, inset=INSET)
    return picture(title, description, [body], class_="chart row-chart", height=24)


def axis_chart(title: str, scale: Scale, write: Callable[[float], str]) -> Markup:
    """Return the common axis under a table of `row_chart`s."""
    body = plot(*ruler(scale, 1.0, write, ROW_TICKS), inset=INSET)
    return picture(
        title, ", ".join(map(write, scale.ticks(ROW_TICKS))), [body], class_="chart", height=20
    )
