from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from proofstone.core.errors import DataError, InputError
from proofstone.core.project.schema import Data, DecisionProject, Task
from proofstone.data.check import Examination, check, examine
from proofstone.data.kinds import typed
from proofstone.data.read import read, read_table
from proofstone.data.sources.packages import packages
from proofstone.data.table import Table

TASK = Task(label="deny", positive="yes", protected=["sex"])


def examined(frame: pl.DataFrame, task: Task = TASK, **data: Any) -> Examination:
    declared = Data.model_validate({"source": "t.csv", **data})
    typed_frame, kinds = typed(frame, declared.columns)
    return examine(Table(typed_frame, kinds), declared, task)


def with_cell(frame: pl.DataFrame, column: str, row: int, value: object) -> pl.DataFrame:
    values = frame[column].to_list()
    values[row] = value
    return frame.with_columns(pl.Series(column, values, strict=False))


def test_a_sound_table_passes_whole(loans: pl.DataFrame) -> None:
    found = examined(loans)
    assert found.table.frame.equals(loans)
    assert found.quarantine.height == 0
    assert found.problems == []


def test_rows_at_fault_are_set_aside_as_they_stood(loans: pl.DataFrame) -> None:
    text = with_cell(loans.with_columns(pl.col("income").cast(pl.String)), "income", 3, "1,000")
    text = with_cell(with_cell(text, "deny", 7, None), "debt", 3, math.inf)
    found = examined(text, columns={"income": {"type": "number"}}, quarantine=0.05)
    assert found.quarantine["__row__"].to_list() == [3, 7]
    assert found.quarantine["income"][0] == "1,000"
    assert found.quarantine["__problem__"].to_list() == [
        "income: not a number; debt: infinite, and no finite number",
        "deny: the label is missing",
    ]
    assert found.table.frame["income"].to_list() == [
        income for row, income in enumerate(loans["income"]) if row not in {3, 7}
    ]
    errors = [one for one in found.problems if one["severity"] == "error"]
    assert [(one["rule"], one["column"], one["rows"]) for one in errors] == [
        ("type", "income", [3]),
        ("infinite", "debt", [3]),
        ("missing", "deny", [7]),
    ]


def test_no_row_is_lost_or_doubled(loans: pl.DataFrame) -> None:
    rules = [{"name": "small", "expression": "debt < 300"}]
    found = examined(loans, rules=rules, quarantine=0.5)
    assert 0 < found.quarantine.height < 40
    back = pl.concat([found.table.frame, found.quarantine.select(loans.columns)])
    assert back.sort("income").equals(loans.sort("income"))
    assert (found.quarantine["debt"] >= 300).all()
    assert found.problems[0]["rule"] == "small"


def test_rules_see_cells_that_do_not_fit_as_missing(loans: pl.DataFrame) -> None:
    text = with_cell(loans.with_columns(pl.col("income").cast(pl.String)), "income", 0, "lots")
    rules = [{"name": "paid", "expression": "debt <= income"}]
    found = examined(text, columns={"income": {"type": "number"}}, rules=rules)
    assert [one["rule"] for one in found.problems if one["severity"] == "error"] == ["type"]


def test_too_many_faults_stop_the_run(loans: pl.DataFrame) -> None:
    columns = {"debt": {"type": "number", "max": 200}}
    with pytest.raises(DataError) as caught:
        examined(loans, columns=columns, rules=[{"name": "poor", "expression": "income < 2400"}])
    message = str(caught.value)
    assert "of 40 rows" in message
    assert "more than the 5.0% that data.quarantine allows" in message
    assert "debt max: 19 (above the declared max of 200; first rows:" in message
    assert "rule poor: " in message
    assert caught.value.exit_code == 2


def test_all_rows_at_fault_stop_the_run_whatever_is_allowed(loans: pl.DataFrame) -> None:
    with pytest.raises(DataError, match="40 of 40 rows"):
        examined(loans, rules=[{"name": "none", "expression": "false"}], quarantine=1.0)


def test_missing_columns_are_named_with_the_nearest(loans: pl.DataFrame) -> None:
    columns = {"incom": {"type": "number"}, "deny": {"type": "category"}}
    with pytest.raises(DataError, match="1 declared column is not in the table: incom") as caught:
        examined(loans, columns=columns)
    assert 'did you mean "income"?' in caught.value.hint
    with pytest.raises(DataError, match="2 declared columns are not in the table: denied, gender"):
        examined(loans, Task(label="denied", positive="yes", protected=["gender"]))


def test_a_label_with_one_class(loans: pl.DataFrame) -> None:
    with pytest.raises(DataError, match='deny has one class only: every row is "no"'):
        examined(loans.with_columns(deny=pl.lit("no")))


def test_a_label_with_three_values(loans: pl.DataFrame) -> None:
    with pytest.raises(DataError, match="deny has 3 values"):
        examined(with_cell(loans, "deny", 0, "perhaps"))


def test_a_positive_value_that_never_occurs(loans: pl.DataFrame) -> None:
    with pytest.raises(DataError, match=r'positive: .* never "Yes" but "no", "yes"') as caught:
        examined(loans, Task(label="deny", positive="Yes"))
    assert caught.value.hint == 'did you mean "yes"?'


@pytest.mark.parametrize(
    ("values", "positive"), [([1, 0], "1"), ([1.0, 0.0], "1"), ([True, False], "true")]
)
def test_labels_and_groups_become_text(
    loans: pl.DataFrame, values: list[Any], positive: str
) -> None:
    coded = loans.with_columns(
        deny=pl.Series([values[0] if one == "yes" else values[1] for one in loans["deny"]]),
        sex=pl.Series([1.0 if one == "f" else 2.0 for one in loans["sex"]]),
    )
    found = examined(coded, Task(label="deny", positive=positive, protected=["sex"]))
    assert (found.table.frame["deny"] == positive).sum() == (loans["deny"] == "yes").sum()
    assert set(found.table.frame["sex"]) == {"1", "2"}
    assert found.table.kinds["deny"] == found.table.kinds["sex"] == "category"


def test_a_bad_rule_is_bad_input(loans: pl.DataFrame) -> None:
    with pytest.raises(InputError, match=r"data\.rules: odd"):
        examined(loans, rules=[{"name": "odd", "expression": "incme > 0"}])


def test_credit_quarantines_what_breaks_its_rule(credit: DecisionProject, run: Any) -> None:
    data = credit.data.model_dump(mode="json")
    settings = {"data": data, "fingerprint": packages.fingerprint(credit.data.source, Path())}
    table = run(read, settings, plugins={"source": packages})["table"]
    task = credit.task.model_dump(mode="json")
    out = run(check, {"data": data, "task": task}, inputs={"table": table})
    again = run(check, {"data": data, "task": task}, inputs={"table": table})
    problems = json.loads(out["quarantine"].read("problems.json"))
    assert [(one["rule"], one["count"]) for one in problems] == [("housing-within-payments", 5)]
    assert Table.open(out["table"]).frame.height == 2375
    assert out["quarantine"].artifact.meta == {"rows": 5}
    assert {role: kept.draft for role, kept in out.items()} == {
        role: kept.draft for role, kept in again.items()
    }


def test_a_latin_1_file_is_read_with_a_warning(tmp_path: Path) -> None:
    from proofstone.data.sources.files import files

    rows = "".join(f"Zoë,{row % 7},{'yes' if row % 2 else 'no'}\n" for row in range(30))
    (tmp_path / "t.csv").write_bytes(("name,x,deny\n" + rows).encode("latin-1"))
    for encoding, warned in ((None, ["encoding"]), ("latin-1", [])):
        data = Data(source="t.csv", encoding=encoding)
        found = examine(read_table(files, data, tmp_path), data, Task(label="deny", positive="yes"))
        assert [one["rule"] for one in found.problems] == warned
        assert all(one["severity"] == "warning" for one in found.problems)
