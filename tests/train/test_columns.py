from __future__ import annotations

import polars as pl
import pytest

from proofstone.core.errors import DataError, InputError
from proofstone.core.project.schema import Data, Split, Task
from proofstone.train.columns import features, groups, target

SCHEMA = [
    {"name": name, "kind": kind}
    for name, kind in [("y", "category"), ("x", "number"), ("c", "category"), ("race", "category"),
                       ("id", "text"), ("when", "text"), ("house", "category")]
]  # fmt: skip
TASK = Task(label="y", positive="yes", protected=["race"])
DATA = Data.model_validate(
    {"source": "-", "columns": {"id": {"type": "text", "role": "id"},
                                "c": {"type": "category", "values": ["b", "a"]}}}
)  # fmt: skip
SPLIT = Split(group="house", time="when")


def test_label_roles_and_protected_columns_are_no_features() -> None:
    found = features(SCHEMA, TASK, DATA, SPLIT)
    assert [(one.name, one.kind, one.categories) for one in found] == [
        ("x", "number", ()),
        ("c", "category", ("b", "a")),
    ]


def test_protected_columns_are_features_only_when_the_task_says_so() -> None:
    used = TASK.model_copy(update={"use_protected": True})
    assert [one.name for one in features(SCHEMA, used, DATA, SPLIT)] == ["x", "c", "race"]


def test_a_table_without_features_is_refused() -> None:
    with pytest.raises(InputError, match="no column is left"):
        features(SCHEMA[:1], TASK, DATA, SPLIT)


@pytest.mark.parametrize(
    ("values", "positive", "classes"),
    [
        (["yes", "no", "yes"], "yes", ("no", "yes")),
        ([1.0, 0.0, 1.0], "1", ("0", "1")),
        ([1, 0, 1], "1.0", ("0", "1")),
        ([True, False, True], "True", ("false", "true")),
        ([False, True, False], "no", ("true", "false")),
    ],
)
def test_the_positive_class_is_found_in_any_type(
    values: list[object], positive: str, classes: tuple[str, str]
) -> None:
    labels, found = target(pl.DataFrame({"y": values}), Task(label="y", positive=positive))
    assert labels.tolist() == [True, False, True]
    assert found == classes


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["yes", "yes"], "its values are yes, not yes and one other"),
        (["no", "maybe"], "its values are maybe, no, not yes"),
        (["no", "yes", "maybe"], "its values are maybe, no, yes"),
        (["yes", None, "no"], "column y, row 1: the label is missing"),
        ([1.0, 0.0], "its values are 0, 1, not yes"),
    ],
)
def test_a_label_that_cannot_be_learnt_is_refused(values: list[object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        target(pl.DataFrame({"y": values}), TASK)


def test_an_absent_label_is_refused() -> None:
    with pytest.raises(DataError, match="there is no column y"):
        target(pl.DataFrame({"x": [1]}), TASK)


def test_a_missing_group_is_a_group() -> None:
    assert groups(pl.DataFrame({"g": ["a", None]}), "g").tolist() == ["a", "missing"]
