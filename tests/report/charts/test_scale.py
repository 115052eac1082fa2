from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.report.charts.scale import Scale

numbers = st.none() | st.floats(allow_nan=True, allow_infinity=True)


@given(st.lists(numbers, max_size=6), st.booleans())
def test_scales_are_finite_and_ticks_lie_within(values: list[float | None], zero: bool) -> None:
    scale = Scale.around(values, zero=zero)
    assert math.isfinite(scale.low)
    assert scale.low < scale.high
    ticks = scale.ticks()
    room = 1e-6 * (scale.high - scale.low)
    assert len(ticks) <= 12
    assert all(scale.low - room <= tick <= scale.high + room for tick in ticks)
    for value in values:
        if value is not None and not math.isnan(value):
            assert 0 <= scale.fraction(value) <= 1


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6))
def test_all_values_lie_on_the_scale(values: list[float]) -> None:
    scale = Scale.around(values)
    assert scale.low <= min(values)
    assert max(values) <= scale.high


def test_bounds_hold() -> None:
    scale = Scale.around([0.01, 0.99], floor=0.0, ceiling=1.0)
    assert (scale.low, scale.high) == (0.0, 1.0)


def test_a_fraction_is_linear() -> None:
    assert Scale(-1.0, 3.0).fraction(0.0) == pytest.approx(0.25)
