from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.report.language import in_language
from proofstone.report.numbers import bound, duration, number, plain, show, span, whole


@given(st.floats())
def test_only_finite_numbers_are_numbers(value: float) -> None:
    assert (number(value) is None) == (not math.isfinite(value))


@given(st.floats(-1e6, 1e6), st.integers(0, 6))
def test_plain_is_rounding_with_a_true_minus(value: float, digits: int) -> None:
    text = plain(value, digits)
    assert "-" not in text
    assert float(text.replace("−", "-")) == pytest.approx(value, abs=0.5 * 10**-digits + 1e-9)


@given(st.floats(0, 1))
def test_so_many_of_a_hundred(value: float) -> None:
    assert abs(float(whole(value)) - 100 * value) <= 0.5 + 1e-9


@pytest.mark.parametrize(
    ("metric", "value", "shown", "limit"),
    [
        ("accuracy", 0.9, "90.0%", "90%"),
        ("selection_rate_difference", -0.1, "−10.0 points", "−10 points"),
        ("selection_rate_ratio", 0.8, "0.80", "0.8"),
        ("roc_auc", 0.75, "0.750", "0.75"),
        ("roc_auc_difference", 0.05, "0.050", "0.05"),
        ("expected_calibration_error", 0.03, "3.0 points", "3 points"),
        ("accuracy", None, "–", "–"),
    ],
)
def test_values_and_limits(metric: str, value: float | None, shown: str, limit: str) -> None:
    assert in_language("en", lambda: show(metric, value)) == shown
    assert in_language("en", lambda: bound(metric, value)) == limit


def test_intervals() -> None:
    assert in_language("en", lambda: span("accuracy", 0.1, 0.234)) == "10.0 to 23.4"
    assert in_language("zh", lambda: span("roc_auc", 0.1, 0.2)) == "0.100 至 0.200"
    assert span("roc_auc", None, 0.2) == ""


@pytest.mark.parametrize(
    ("seconds", "shown"), [(4.25, "4.2 s"), (131.2, "2 min 11 s"), (None, "–"), ("x", "–")]
)
def test_durations(seconds: Any, shown: str) -> None:
    assert in_language("en", lambda: duration(seconds)) == shown
