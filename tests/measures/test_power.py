"""Rows needed against the closed form and a simulation."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.measures.intervals import wilson
from proofstone.measures.power import rows_needed

shares = st.floats(0.0, 1.0)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [(0.2, 100), (0.15, 400), (0.0, 100), (0.05, 400), (0.13, 1200), (0.1005, 4_000_000)],
)
def test_equals_the_closed_form(limit: float, expected: int) -> None:
    assert rows_needed(100, value=0.1, low=0.0, high=0.2, limit=limit) == expected


def test_the_half_width_that_faces_the_limit_counts() -> None:
    assert rows_needed(100, value=0.1, low=0.08, high=0.2, limit=0.15) == 400
    assert rows_needed(100, value=0.1, low=0.08, high=0.2, limit=0.09) == 400
    assert rows_needed(100, value=0.1, low=0.09, high=0.2, limit=0.09) == 100


def test_about_that_many_rows_do_decide() -> None:
    value, limit = 0.08, 0.10
    low, high = wilson(0.08 * 300, 300, 0.95)
    rows = rows_needed(300, value, low, high, limit)
    assert wilson(value * rows * 1.1, rows * 1.1, 0.95).high < limit
    assert wilson(value * rows * 0.7, rows * 0.7, 0.95).high > limit


@pytest.mark.parametrize(
    "arguments",
    [
        (100, 0.1, 0.0, 0.2, 0.1),
        (0, 0.1, 0.0, 0.2, 0.15),
        (100, math.nan, math.nan, math.nan, 0.1),
        (100, 0.1, 0.0, math.inf, 0.15),
        (100, 0.0, -1.0, 1.0, 5e-324),
        (100, 0.0, -1.0, 1.0, 1e-154),
    ],
)
def test_nothing_is_said_where_rows_cannot_decide(arguments: tuple[Any, ...]) -> None:
    assert rows_needed(*arguments) is None


@given(st.integers(1, 10**6), shares, shares, st.floats(-1.0, 2.0))
def test_two_digits_and_never_below_the_exact_number(
    n: int, value: float, half: float, limit: float
) -> None:
    rows = rows_needed(n, value, value - half, value + half, limit)
    if abs(limit - value) > 1e-6:
        exact = n * (half / (limit - value)) ** 2
        assert rows >= exact * (1 - 1e-6)
        assert rows <= max(1, exact * 1.1 + 1)
        assert len(str(rows).rstrip("0")) <= 2
        assert isinstance(rows, int)
        assert not isinstance(rows, np.integer)
