from __future__ import annotations

import polars as pl
import pytest

from proofstone.core.errors import DataError
from proofstone.data.moments import ranks


@pytest.mark.parametrize(
    "values",
    [
        ["2024-05-31", "2023-12-01", "2024-05-31", "2024-06-01"],
        ["2024/05/31", "2023/12/01", "2024/05/31", "2024/06/01"],
        ["20240531", "20231201", "20240531", "20240601"],
        ["2024-05", "2023-12", "2024-05", "2024-06"],
        [f"2024-05-31T0{at}:30:00" for at in (2, 1, 2, 3)],
        [f"2024-05-31 0{at}:30:00.5" for at in (2, 1, 2, 3)],
        [f"2024-05-31T0{at}:30" for at in (2, 1, 2, 3)],
        ["2024-05-31T10:00:00+02:00", "2024-05-31T07:00:00Z", "2024-05-31T08:00:00Z",
         "2024-05-31T05:00:00-05:00"],
        ["2024-05-31T02:00:00.000000", "2024-05-31T01:00:00.5", "2024-05-31T02:00:00",
         "2024-06-01T00:00:00"],
    ],
)  # fmt: skip
def test_dates_and_times(values: list[str]) -> None:
    assert ranks(pl.Series("at", values)).tolist() == [2, 1, 2, 3]


def test_numbers() -> None:
    assert ranks(pl.Series([3.0, -1.0, 3.0, 10.5])).tolist() == [2, 1, 2, 3]


def test_what_is_no_time_is_placed() -> None:
    with pytest.raises(DataError, match=r"column at, row 1: '31\.5\.2024' is no date") as caught:
        ranks(pl.Series("at", ["2024-05-31", "31.5.2024", "2024-06-01"]))
    assert "2024-05-31" in caught.value.hint
    with pytest.raises(DataError, match="column at is missing in 2 rows, first in row 1"):
        ranks(pl.Series("at", [1.0, None, None]))
