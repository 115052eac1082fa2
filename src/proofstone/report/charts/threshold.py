"""What each threshold does: shares that fall in steps as it rises, and the one chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from proofstone.report.charts.scale import Scale
from proofstone.report.charts.svg import element, line, picture, text

LEFT, TOP, WIDE, TALL = 54.0, 24.0, 640.0, 250.0
UNIT = Scale(0.0, 1.0)


@dataclass(frozen=True)
class Level:
    """One threshold: the shares answered from it on, and the ends of the second one's interval."""

    threshold: float
    right: float
    wrong: float
    low: float
    high: float


@dataclass(frozen=True)
class Words:
    """What stands at the axes, at both lines, and at the chosen threshold."""

    across: str
    up: str
    right: str
    wrong: str
    chosen: str


def threshold_chart(
    title: str,
    description: str,
    levels: Sequence[Level],
    chosen: float,
    words: Words,
    write: Callable[[float], str],
) -> Markup:
    """Return both shares over the threshold, 0 to 1; `levels` rise in their threshold.

    The band is the interval of the second share. A share holds from the threshold before, not
    counted, up to its own.
    """
    ends = [level.threshold for level in levels]
    starts = [0.0, *ends[:-1]]
    bodies = [
        element("polygon", points=_band(levels, starts), class_="band"),
        *_axes(words, write),
        element(
            "polyline",
            points=_steps(starts, ends, [a.wrong for a in levels]),
            class_="curve against",
        ),
        element("polyline", points=_steps(starts, ends, [a.right for a in levels]), class_="curve"),
    ]
    spot = _x(chosen)
    anchor = "start" if chosen < 0.2 else "end" if chosen > 0.8 else "middle"
    bodies += [
        line(spot, TOP, spot, TOP + TALL, "limit"),
        text(spot, TOP - 8, words.chosen, "limit-words", anchor),
        *_legend(words),
    ]
    return picture(title, description, bodies, class_="chart", view_box="0 0 715 345")


def _x(value: float) -> float:
    return LEFT + WIDE * UNIT.fraction(value)


def _y(value: float) -> float:
    return TOP + TALL * (1 - UNIT.fraction(value))


def _steps(starts: Sequence[float], ends: Sequence[float], values: Sequence[float]) -> str:
    return " ".join(
        f"{_x(start):.1f},{_y(value):.1f} {_x(end):.1f},{_y(value):.1f}"
        for start, end, value in zip(starts, ends, values, strict=True)
    )


def _band(levels: Sequence[Level], starts: Sequence[float]) -> str:
    ends = [level.threshold for level in levels]
    upper = _steps(starts, ends, [level.high for level in levels])
    lower = _steps(starts, ends, [level.low for level in levels]).split()
    return " ".join([upper, *reversed(lower)])


def _axes(words: Words, write: Callable[[float], str]) -> list[Markup]:
    bottom, middle = TOP + TALL, TOP + TALL / 2
    parts = []
    for tick in UNIT.ticks():
        across, up = _x(tick), _y(tick)
        parts += [
            line(across, TOP, across, bottom, "grid"),
            text(across, bottom + 15, write(tick), "tick"),
            line(LEFT, up, LEFT + WIDE, up, "grid"),
            text(LEFT - 5, up + 4, write(tick), "tick", "end"),
        ]
    parts.append(text(LEFT + WIDE / 2, bottom + 33, words.across, "axis-words"))
    turned = {"transform": f"rotate(-90 11 {middle:g})", "text_anchor": "middle"}
    parts.append(element("text", words.up, x=11.0, y=middle, class_="axis-words", **turned))
    return parts


def _legend(words: Words) -> list[Markup]:
    """A stroke of each line with its name, below the axis."""
    y = TOP + TALL + 58
    return [
        line(LEFT, y - 4, LEFT + 26, y - 4, "curve"),
        text(LEFT + 32, y, words.right, "axis-words", "start"),
        line(LEFT + WIDE / 2, y - 4, LEFT + WIDE / 2 + 26, y - 4, "curve against"),
        text(LEFT + WIDE / 2 + 32, y, words.wrong, "axis-words", "start"),
    ]
