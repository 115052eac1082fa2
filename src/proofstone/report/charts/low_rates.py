"""A ROC curve on logarithmic axes, where few false alarms count."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from markupsafe import Markup

from proofstone.report.charts.curve import LEFT, SIDE, TOP, VIEW, frame
from proofstone.report.charts.scale import Scale
from proofstone.report.charts.svg import element, line, picture

_DECADES = Scale(-3.0, 0.0)


def low_rates_chart(
    title: str,
    description: str,
    curve: Sequence[tuple[float, float]],
    names: tuple[str, str],
    write: Callable[[float], str],
) -> Markup:
    """Return true against false positive rates from 0.1 % to 100 %; the diagonal is chance.

    Both axes are logarithmic (Carlini et al. 2022); rates below 0.1 % are drawn at it. `write`
    names a rate at each whole decade.
    """

    def decade(tick: float) -> str:
        return write(10.0**tick) if tick == round(tick) else ""

    def place(rates: tuple[float, float]) -> tuple[float, float]:
        across, up = (_DECADES.fraction(math.log10(max(rate, 1e-3))) for rate in rates)
        return LEFT + SIDE * across, TOP + SIDE * (1.0 - up)

    spots = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(place, curve))
    body = frame(_DECADES, _DECADES, *names, decade)
    body.append(line(*place((1e-3, 1e-3)), *place((1.0, 1.0)), "diagonal"))
    body.append(element("polyline", points=spots, class_="curve"))
    return picture(title, description, body, class_="chart square", view_box=VIEW)
