from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest

from proofstone.core.errors import DataError
from proofstone.core.project.schema import Column
from proofstone.data.faults import column_faults
from proofstone.data.kinds import typed


def found(cells: list[Any], **entry: Any) -> list[tuple[str, list[int], str]]:
    column = Column.model_validate(entry)
    frame, kinds = typed(pl.DataFrame({"x": cells}), {"x": column})
    faults = column_faults(frame["x"], kinds["x"], column)
    return [(one.rule, one.rows.tolist(), str(one.to_json()["message"])) for one in faults]


def test_text_where_numbers_belong() -> None:
    faults = found(["1", "1,000", "NA", "x" * 60], type="number")
    assert faults == [("type", [1, 3], "not a number, such as '1,000'")]


def test_text_where_booleans_belong() -> None:
    assert found(["yes", "maybe", "0"], type="boolean")[0][:2] == ("type", [1])


def test_infinities() -> None:
    assert found([1.0, math.inf, -math.inf, None], type="number")[0][:2] == ("infinite", [1, 2])
    assert found(["1", "1e999"], type="number")[0][:2] == ("infinite", [1])


def test_ranges_name_the_bound() -> None:
    faults = found([0.0, 1.0, 5.0, 6.0, None, math.inf], type="number", min=1, max=5)
    assert faults[1] == ("min", [0], "below the declared min of 1, such as 0")
    assert faults[2] == ("max", [3], "above the declared max of 5, such as 6")


def test_values() -> None:
    faults = found(["a", "b", "c", None], type="category", values=["a", "b"])
    assert faults == [("values", [2], "not one of the declared values (a, b), such as 'c'")]


def test_missing_none_allowed() -> None:
    assert found(["a", None, ""], type="text", missing=0)[0][:2] == ("missing", [1, 2])


def test_missing_share_is_a_fault_of_the_column() -> None:
    assert found([1.0, None, 3.0, 4.0], type="number", missing=0.25) == []
    with pytest.raises(DataError, match=r"column x: 50.0% .* declared 25.0% \(first rows: 1, 3\)"):
        found([1.0, None, 3.0, None], type="number", missing=0.25)


def test_all_that_share_a_value_are_at_fault() -> None:
    faults = found(["a", "b", "a", None, None], type="text", unique=True)
    assert [one[:2] for one in faults] == [("unique", [0, 2])]


def test_a_problem_shows_the_first_rows_only() -> None:
    column = Column(type="number", max=0)
    frame, kinds = typed(pl.DataFrame({"x": [1.0] * 90}), {"x": column})
    (one,) = column_faults(frame["x"], kinds["x"], column)
    problem = one.to_json()
    assert problem["count"] == 90
    assert problem["rows"] == list(range(20))
    assert problem["severity"] == "error"
