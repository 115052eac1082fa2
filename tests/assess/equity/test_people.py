"""Who is compared."""

from __future__ import annotations

import numpy as np
import polars as pl

from proofstone.assess.equity.people import subjects
from proofstone.checks.cases import DecisionCase
from proofstone.models.rows import Rows


def case(**people: list[str]) -> DecisionCase:
    n = len(next(iter(people.values())))
    about = {name: np.array(values, dtype=object) for name, values in people.items()}
    return DecisionCase(rows=Rows.of(pl.DataFrame({"x": np.zeros(n)})), target=np.zeros(n),
                        threshold=np.zeros(n), protected=about)  # fmt: skip


def test_columns_are_crossed_last_where_asked() -> None:
    two = case(a=["x", "y"] * 5, b=["u", "u", "v", "v", "v"] * 2)
    assert list(subjects(two, crossed=False)) == ["a", "b"]
    assert list(subjects(two, crossed=True)) == ["a", "b", "a × b"]
    assert len(subjects(two, crossed=True)["a × b"].labels) == 4
    assert list(subjects(case(a=["x", "y"]), crossed=True)) == ["a"]


def test_a_million_groups_are_not_crossed() -> None:
    names = pl.arange(1_000_000, eager=True).cast(pl.String).to_list()
    many = case(id=names, sex=["f", "m"] * 500_000)
    assert list(subjects(many, crossed=True)) == ["id", "sex"]
