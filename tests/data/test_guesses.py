from __future__ import annotations

import polars as pl
import pytest

from proofstone.data.guesses import entry, positive, protected, role

TWO = pl.Series(["a", "b", "a"])


GROUPS = ("sex", "Gender", "applicant_sex", "applicantRace", "marital.status", "age_group", "AGE")


@pytest.mark.parametrize("name", [*GROUPS, "性别", "客户民族", "婚姻状况"])
def test_names_of_groups(name: str) -> None:
    assert protected(name, TWO)


@pytest.mark.parametrize("name", ["income", "essex", "trace", "average", "mileage", "收入", "page"])
def test_other_names(name: str) -> None:
    assert not protected(name, TWO)


def test_groups_are_few_but_not_one() -> None:
    assert not protected("age", pl.Series([float(at) for at in range(60)]))
    assert not protected("sex", pl.Series(["f", "f", None]))


@pytest.mark.parametrize(
    ("name", "values", "kind", "found"),
    [
        ("customer_id", ["x9", "x1", "x5"], "category", "id"),
        ("客户编号", ["x9", "x1", "x5"], "category", "id"),
        ("n", [3.0, 1.0, 2.0], "number", "id"),
        ("n", [3.0, 1.0, 2.5], "number", "feature"),
        ("paid", ["x", "y", "z"], "category", "feature"),
        ("id", ["x", "x", "y"], "category", "feature"),
        ("same", ["x", "x", None], "category", "ignore"),
        ("note", ["some", "free", "words"], "text", "ignore"),
        ("absent", [None, None, None], "text", "ignore"),
    ],
)
def test_roles(name: str, values: list[object], kind: str, found: str) -> None:
    series = pl.Series(name, values, dtype=pl.Float64 if kind == "number" else pl.String)
    assert role(name, series, kind) == found  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (["no", "yes"], "yes"),
        (["1", "0", "0"], "1"),
        (["是", "否"], "是"),
        (["M", "B", "B"], "M"),
        (["approved", "denied"], "denied"),
    ],
)
def test_positive_values(values: list[str], found: str) -> None:
    assert positive(pl.Series(values)) == found


def test_entries_list_values_of_categories_only() -> None:
    column = entry(pl.Series("sex", [1.0, 2.0, 1.0]), "number", "protected")
    assert (column.type, column.values, column.missing) == ("category", ["1", "2"], 0)
    column = entry(pl.Series("x", [1.0, 2.0]), "number", "feature")
    assert (column.type, column.values, column.missing) == ("number", None, 1)
