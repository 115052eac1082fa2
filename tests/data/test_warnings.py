from __future__ import annotations

from typing import Any

import polars as pl

from proofstone.core.project.schema import Data, Task
from proofstone.data.kinds import typed
from proofstone.data.table import Table
from proofstone.data.warnings import features_of, warnings


def warned(frame: pl.DataFrame, protected: list[str], **data: Any) -> list[tuple[str, str]]:
    declared = Data.model_validate({"source": "t.csv", **data})
    task = Task(label="deny", positive="yes", protected=protected)
    typed_frame, kinds = typed(frame, declared.columns)
    found = list(warnings(Table(typed_frame, kinds), declared, task))
    assert all(one["count"] == 0 and one["severity"] == "warning" for one in found)
    return [(one["rule"], one["column"]) for one in found]


def test_a_sound_table_gives_none(loans: pl.DataFrame) -> None:
    assert warned(loans, ["sex"]) == []


def test_a_feature_that_gives_the_label_away(loans: pl.DataFrame) -> None:
    told = loans.with_columns(letter=pl.col("deny") + " sent")
    assert warned(told, ["sex"]) == [("leakage", "letter")]
    declared = {
        name: {"type": kind, "role": role}
        for name, kind, role in [
            ("letter", "category", "ignore"),
            ("income", "number", "feature"),
            ("debt", "number", "feature"),
        ]
    }
    assert warned(told, ["sex"], columns=declared) == []


def test_columns_outside_the_dictionary(loans: pl.DataFrame) -> None:
    declared = {"income": {"type": "number"}, "deny": {"type": "category", "role": "label"}}
    assert warned(loans, ["sex"], columns=declared) == [("undeclared", "debt")]


def test_text_that_is_mostly_numbers(loans: pl.DataFrame) -> None:
    values = [str(value) for value in loans["debt"]]
    values[5] = "1,000"
    assert warned(loans.with_columns(debt=pl.Series(values)), ["sex"]) == [("numbers", "debt")]


def test_protected_numbers_of_many_values(loans: pl.DataFrame) -> None:
    assert warned(loans, ["income"]) == [("groups", "income")]


def test_features_leave_out_every_other_role(loans: pl.DataFrame) -> None:
    frame, kinds = typed(loans, {})
    data = Data.model_validate(
        {"source": "t", "columns": {"debt": {"type": "number", "role": "time"}}}
    )
    task = Task(label="deny", positive="yes", protected=["sex"])
    assert features_of(Table(frame, kinds), data, task) == ["income"]
