from __future__ import annotations

from typing import Any

import polars as pl

from proofstone.core.project.schema import Data, Task
from proofstone.data.card import data_card
from proofstone.data.kinds import typed
from proofstone.data.profile import table_profile
from proofstone.data.table import Table


def card(frame: pl.DataFrame, description: str, **data: Any) -> dict[str, Any]:
    declared = Data.model_validate({"source": "t.csv", **data})
    task = Task(label="deny", positive="yes", protected=["sex"])
    profile = table_profile(Table(*typed(frame, declared.columns)), declared, task)
    return data_card(profile | {"quarantined": 2, "warnings": []}, description)


def test_what_nobody_answered_is_said(loans: pl.DataFrame) -> None:
    found = card(loans, " ", licence="CC0-1.0")
    assert found["unanswered"] == ["description", "data.description", "data.citation"]
    assert found["composition"]["without_meaning"] == loans.columns
    assert found["distribution"]["licence"] == "CC0-1.0"


def test_gaps_and_groups_are_listed(loans: pl.DataFrame) -> None:
    holes = loans.with_columns(debt=pl.when(pl.col("debt") > 100).then("debt"))
    found = card(holes, "Loans")
    assert list(found["composition"]["missing"]) == ["debt"]
    assert [one["group"] for one in found["composition"]["groups"]] == ["f", "m"]
    assert found["cleaning"]["quarantined"] == 2
