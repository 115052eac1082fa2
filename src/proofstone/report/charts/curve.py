"""Square pictures on the unit square: calibration with intervals, and the ROC curve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from proofstone.report.charts.scale import Scale
from proofstone.report.charts.svg import element, line, picture, text

LEFT, TOP, SIDE = 46.0, 10.0, 290.0
VIEW = "0 0 350 350"


@dataclass(frozen=True)
class Point:
    """One point of a calibration curve: mean prediction, observed rate, its interval, rows."""

    mean: float
    rate: float
    low: float | None
    high: float | None
    n: int


def _x(scale: Scale, value: float) -> float:
    return LEFT + SIDE * scale.fraction(value)


def _y(scale: Scale, value: float) -> float:
    return TOP + SIDE * (1 - scale.fraction(value))


def frame(x: Scale, y: Scale, across: str, up: str, write: Callable[[float], str]) -> list[Markup]:
    """Return the axes of a square picture with ticks and names."""
    bottom = TOP + SIDE
    parts = [element("rect", x=LEFT, y=TOP, width=SIDE, height=SIDE, class_="track")]
    for tick in x.ticks():
        at = _x(x, tick)
        parts += [line(at, TOP, at, bottom, "grid"), text(at, bottom + 15, write(tick), "tick")]
    for tick in y.ticks():
        at = _y(y, tick)
        parts.append(line(LEFT, at, LEFT + SIDE, at, "grid"))
        parts.append(text(LEFT - 5, at + 4, write(tick), "tick", "end"))
    middle = TOP + SIDE / 2
    parts.append(text(LEFT + SIDE / 2, bottom + 33, across, "axis-words"))
    parts.append(
        element(
            "text",
            up,
            x=11.0,
            y=middle,
            transform=f"rotate(-90 11 {middle:g})",
            class_="axis-words",
            text_anchor="middle",
        )
    )
    return parts


def calibration_chart(
    title: str,
    description: str,
    points: Sequence[Point],
    names: tuple[str, str],
    write: Callable[[float], str],
) -> Markup:
    """Return predicted probability against observed frequency; the diagonal is perfect."""
    ends = [end for p in points for end in (p.mean, p.rate, p.high)]
    scale = Scale.around(ends, zero=True, floor=0.0, ceiling=1.0, pad=0.06)
    body = frame(scale, scale, *names, write)
    corner = scale.high
    body.append(line(_x(scale, 0), _y(scale, 0), _x(scale, corner), _y(scale, corner), "diagonal"))
    for point in points:
        x = _x(scale, point.mean)
        if point.low is not None and point.high is not None:
            low, high = _y(scale, point.low), _y(scale, point.high)
            body.append(line(x, low, x, high, "whisker"))
            body += [line(x - 4, at, x + 4, at, "whisker") for at in (low, high)]
        body.append(element("circle", cx=x, cy=_y(scale, point.rate), r=5.0, class_="dot"))
    return picture(title, description, body, class_="chart square", view_box=VIEW)


def roc_chart(
    title: str,
    description: str,
    curve: Sequence[tuple[float, float]],
    names: tuple[str, str],
    write: Callable[[float], str],
) -> Markup:
    """Return true against false positive rate over all thresholds; the diagonal is chance."""
    unit = Scale(0.0, 1.0)
    step = max(1, len(curve) // 120)
    kept = [*curve[:-1:step], *curve[-1:]]
    spots = " ".join(f"{_x(unit, a):.1f},{_y(unit, b):.1f}" for a, b in kept)
    body = frame(unit, unit, *names, write)
    body.append(line(_x(unit, 0), _y(unit, 0), _x(unit, 1), _y(unit, 1), "diagonal"))
    body.append(element("polyline", points=spots, class_="curve"))
    return picture(title, description, body, class_="chart square", view_box=VIEW)
