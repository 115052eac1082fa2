"""A score over the values of one number: partial dependence with its band, accumulated effects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from proofstone.report.charts.scale import Scale
from proofstone.report.charts.svg import element, line, picture, text

LEFT, TOP, WIDE, TALL = 50.0, 10.0, 290.0, 190.0


@dataclass(frozen=True)
class Effect:
    """A curve over ascending values: its height there, and the ends of its interval."""

    at: Sequence[float]
    height: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


@dataclass(frozen=True)
class Names:
    """What stands at both axes, and what each line is called."""

    across: str
    up: str
    first: str
    second: str


def dependence_chart(
    title: str,
    description: str,
    first: Effect,
    second: Effect | None,
    names: Names,
    write: tuple[Callable[[float], str], Callable[[float], str]],
) -> Markup:
    """Return the first curve with its band, and the second, if any, as a line.

    `write` writes the ticks across and up.
    """
    x = Scale.around(first.at, pad=0.02)
    heights = [*first.low, *first.high, *(second.height if second is not None else ())]
    y = Scale.around(heights, pad=0.06)
    band = [*zip(first.at, first.high, strict=True)]
    band += reversed([*zip(first.at, first.low, strict=True)])
    body = [
        element("polygon", points=_points(x, y, band), class_="bar", fill_opacity="0.15"),
        *_axes(x, y, names, write),
    ]
    if second is not None:
        spots = _points(x, y, [*zip(second.at, second.height, strict=True)])
        body.append(element("polyline", points=spots, class_="curve against"))
    spots = _points(x, y, [*zip(first.at, first.height, strict=True)])
    body += [element("polyline", points=spots, class_="curve"), *_legend(names, second is not None)]
    return picture(title, description, body, class_="chart square", view_box="0 0 350 272")


def _points(x: Scale, y: Scale, pairs: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{_x(x, across):.1f},{_y(y, up):.1f}" for across, up in pairs)


def _x(scale: Scale, value: float) -> float:
    return LEFT + WIDE * scale.fraction(value)


def _y(scale: Scale, value: float) -> float:
    return TOP + TALL * (1 - scale.fraction(value))


def _axes(
    x: Scale,
    y: Scale,
    names: Names,
    write: tuple[Callable[[float], str], Callable[[float], str]],
) -> list[Markup]:
    bottom, middle = TOP + TALL, TOP + TALL / 2
    parts = []
    for tick in x.ticks():
        at = _x(x, tick)
        parts += [line(at, TOP, at, bottom, "grid"), text(at, bottom + 15, write[0](tick), "tick")]
    for tick in y.ticks():
        at = _y(y, tick)
        parts.append(line(LEFT, at, LEFT + WIDE, at, "grid"))
        parts.append(text(LEFT - 5, at + 4, write[1](tick), "tick", "end"))
    parts.append(text(LEFT + WIDE / 2, bottom + 33, names.across, "axis-words"))
    turned = {"transform": f"rotate(-90 11 {middle:g})", "text_anchor": "middle"}
    parts.append(element("text", names.up, x=11.0, y=middle, class_="axis-words", **turned))
    return parts


def _legend(names: Names, both: bool) -> list[Markup]:
    y = TOP + TALL + 54
    parts = [
        line(LEFT, y - 4, LEFT + 22, y - 4, "curve"),
        text(LEFT + 27, y, names.first, "axis-words", "start"),
    ]
    if both:
        middle = LEFT + WIDE / 2
        parts += [
            line(middle, y - 4, middle + 22, y - 4, "curve against"),
            text(middle + 27, y, names.second, "axis-words", "start"),
        ]
    return parts
