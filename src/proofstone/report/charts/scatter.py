"""Candidates side by side: quality upwards, gap to the right, whiskers on both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from proofstone.report.charts.scale import Scale
from proofstone.report.charts.svg import element, line, picture, text

LEFT, TOP, WIDE, TALL = 54.0, 20.0, 660.0, 270.0


@dataclass(frozen=True)
class Mark:
    """One candidate: its letter, whether it won, and value, low, high across and upwards."""

    letter: str
    winner: bool
    across: tuple[float, float | None, float | None]
    up: tuple[float, float | None, float | None]


def scatter(
    title: str,
    description: str,
    marks: Sequence[Mark],
    names: tuple[str, str],
    write: tuple[Callable[[float], str], Callable[[float], str]],
    limit: tuple[float, str] | None,
) -> Markup:
    """Return the picture; `limit` is the greatest allowed value across, with its words."""
    ends = [end for mark in marks for end in mark.across] + [limit[0] if limit else None]
    x = Scale.around(ends, zero=True, pad=0.06)
    y = Scale.around([end for mark in marks for end in mark.up], pad=0.08)
    body = _frame(x, y, names, write)
    if limit is not None:
        body += _limit(x, *limit)
    for mark in marks:
        body += _cross(x, y, mark)
    for mark in marks:
        body += _spot(x, y, mark)
    return picture(title, description, body, class_="chart scatter", view_box="0 0 735 335")


def _x(scale: Scale, value: float) -> float:
    return LEFT + WIDE * scale.fraction(value)


def _y(scale: Scale, value: float) -> float:
    return TOP + TALL * (1 - scale.fraction(value))


def _frame(
    x: Scale,
    y: Scale,
    names: tuple[str, str],
    write: tuple[Callable[[float], str], Callable[[float], str]],
) -> list[Markup]:
    bottom, middle = TOP + TALL, TOP + TALL / 2
    parts = [element("rect", x=LEFT, y=TOP, width=WIDE, height=TALL, class_="track")]
    for tick in x.ticks(5):
        at = _x(x, tick)
        parts += [line(at, TOP, at, bottom, "grid"), text(at, bottom + 15, write[0](tick), "tick")]
    for tick in y.ticks():
        at = _y(y, tick)
        parts.append(line(LEFT, at, LEFT + WIDE, at, "grid"))
        parts.append(text(LEFT - 5, at + 4, write[1](tick), "tick", "end"))
    parts.append(text(LEFT + WIDE / 2, bottom + 36, names[0], "axis-words"))
    turned = {"transform": f"rotate(-90 11 {middle:g})", "text_anchor": "middle"}
    parts.append(element("text", names[1], x=11.0, y=middle, class_="axis-words", **turned))
    return parts


def _limit(x: Scale, limit: float, words: str) -> list[Markup]:
    at = _x(x, limit)
    place: dict[str, float] = {"x": at, "y": TOP, "width": LEFT + WIDE - at, "height": TALL}
    return [
        element("rect", **place, class_="bad"),
        element("rect", **place, class_="hatch"),
        line(at, TOP, at, TOP + TALL, "limit"),
        text(at, TOP - 7, words, "limit-words"),
    ]


def _cross(x: Scale, y: Scale, mark: Mark) -> list[Markup]:
    across, up = _x(x, mark.across[0]), _y(y, mark.up[0])
    parts = []
    if mark.across[1] is not None and mark.across[2] is not None:
        ends = _x(x, mark.across[1]), _x(x, mark.across[2])
        parts.append(line(ends[0], up, ends[1], up, "whisker faint"))
    if mark.up[1] is not None and mark.up[2] is not None:
        ends = _y(y, mark.up[1]), _y(y, mark.up[2])
        parts.append(line(across, ends[0], across, ends[1], "whisker faint"))
    return parts


def _spot(x: Scale, y: Scale, mark: Mark) -> list[Markup]:
    across, up = _x(x, mark.across[0]), _y(y, mark.up[0])
    parts = []
    if mark.winner:
        parts.append(element("circle", cx=across, cy=up, r=15.0, class_="halo"))
    parts.append(element("circle", cx=across, cy=up, r=11.0, class_="dot"))
    parts.append(text(across, up + 4.5, mark.letter, "letter"))
    return parts
