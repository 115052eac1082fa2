from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest

from proofstone.assess.challenge.equal_rows import fingerprints

KINDS = [
    ([1, 2, None], [1.0, 2.0, float("nan")]),
    ([True, False, None], [1, 0, None]),
    (["a", "b", None], ["a", "b", None]),
    ([date(2024, 1, 2), None], [datetime(2024, 1, 2), None]),
]


@pytest.mark.parametrize(("one", "other"), KINDS)
def test_equal_values_of_different_kinds_are_equal(one: list[object], other: list[object]) -> None:
    first, second = fingerprints(
        pl.DataFrame({"x": one}), pl.DataFrame({"x": other, "more": [0] * len(other)}), ["x"]
    )
    assert first.to_list() == second.to_list()
    assert first.n_unique() == len(one)


def test_single_precision_is_compared_as_such() -> None:
    double = pl.DataFrame({"x": [0.1, 0.2]})
    first, second = fingerprints(double, double.cast(pl.Float32), ["x"])
    assert first.to_list() == second.to_list()


def test_other_columns_and_other_values_tell_rows_apart() -> None:
    frame = pl.DataFrame({"x": [1, 1], "y": ["a", "b"]})
    first, second = fingerprints(frame, frame, ["x", "y"])
    assert first.to_list() == second.to_list()
    assert first.n_unique() == 2
