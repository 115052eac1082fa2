from __future__ import annotations

import datetime
import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.data import kinds
from proofstone.models.contract import Feature
from proofstone.serve import cells
from proofstone.serve.cells import read_cell

NUMBER, TRUTH = Feature("x", "number"), Feature("x", "boolean")
CATEGORY, TEXT = Feature("x", "category", ("a", "NA")), Feature("x", "text")


@pytest.mark.parametrize(
    ("feature", "value", "read"),
    [
        (NUMBER, " 1.5e1 ", 15.0), (NUMBER, "-.5", -0.5), (NUMBER, 3, 3.0), (NUMBER, "NA", None),
        (NUMBER, "", None), (NUMBER, math.nan, None), (NUMBER, None, None),
        (TRUTH, "Yes", True), (TRUTH, "0", False), (TRUTH, 1, True), (TRUTH, 0.0, False),
        (TRUTH, True, True), (TRUTH, "n/a", None),
        (CATEGORY, "a", "a"), (CATEGORY, 1, "1"), (CATEGORY, 1.0, "1"), (CATEGORY, 1.5, "1.5"),
        (CATEGORY, True, "true"), (CATEGORY, "NA", "NA"), (CATEGORY, "null", None),
        (CATEGORY, " a", " a"), (CATEGORY, datetime.date(2025, 1, 2), "2025-01-02"),
        (TEXT, "NA", None), (TEXT, "any words", "any words"),
    ],
)  # fmt: skip
def test_cells_are_read_by_kind(feature: Feature, value: object, read: object) -> None:
    found = read_cell(value, feature)
    assert found == read
    assert type(found) is type(read)


@pytest.mark.parametrize(
    ("feature", "value", "match"),
    [
        (NUMBER, "abc", "'abc' is not a number"),
        (NUMBER, "1_000", "is not a number"),
        (NUMBER, True, "bool is not a number"),
        (NUMBER, "inf", "is not a number"),
        (NUMBER, "1e999", "is not a finite number"),
        (NUMBER, 10**400, "is not a finite number"),
        (TRUTH, "perhaps", "'perhaps' is not true or false"),
        (TRUTH, 2, "is not true or false"),
        (CATEGORY, [1], "a list is not text"),
    ],
)
def test_cells_that_do_not_fit(feature: Feature, value: object, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        read_cell(value, feature)


def test_missing_and_truth_have_the_names_that_training_knows() -> None:
    assert set(kinds.MISSING) == cells.MISSING
    assert (set(kinds.TRUE), set(kinds.FALSE)) == (cells.TRUE, cells.FALSE)


@given(
    st.from_regex(r"[ \t]*[+-]?[0-9]{0,4}\.?[0-9]{0,4}([eE][+-]?[0-9]{1,2})?[ \t]*", fullmatch=True)
)
def test_numbers_are_read_as_training_reads_them(text: str) -> None:
    expected = kinds.cells(pl.Series("x", [text]), "number").item()
    if expected is None:
        if text.strip():
            with pytest.raises(ValueError, match="is not a number"):
                read_cell(text, NUMBER)
    else:
        assert read_cell(text, NUMBER) == expected


@given(st.integers(-(10**6), 10**6) | st.booleans() | st.text(max_size=5))
def test_categories_are_written_as_training_writes_them(value: object) -> None:
    plain = float(value) if type(value) is int else value
    known = Feature("x", "category", tuple(kinds.MISSING))
    assert read_cell(plain, known) == kinds.written(pl.Series("x", [plain])).item()
