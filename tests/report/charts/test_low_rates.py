from __future__ import annotations

import re

from proofstone.report.charts.curve import LEFT, SIDE, TOP
from proofstone.report.charts.low_rates import low_rates_chart


def test_decades_are_equally_long_and_rates_below_the_scale_lie_at_its_end() -> None:
    curve = [(0.0, 0.0), (0.01, 0.1), (1.0, 1.0)]
    svg = str(low_rates_chart("t", "d", curve, ("across", "up"), lambda rate: f"{rate:g}"))
    spots = re.search(r'points="([^"]+)"', svg)
    assert spots is not None
    places = [tuple(map(float, one.split(","))) for one in spots[1].split()]
    assert places[0] == (LEFT, TOP + SIDE)
    assert places[2] == (LEFT + SIDE, TOP)
    assert abs(places[1][0] - (LEFT + SIDE / 3)) < 0.1
    assert abs(places[1][1] - (TOP + SIDE / 3)) < 0.1
    for rate in ("0.001", "0.01", "0.1", "1"):
        assert svg.count(f">{rate}<") == 2
