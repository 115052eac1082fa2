from __future__ import annotations

import io
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofstone.core.errors import DataError
from proofstone.core.project.schema import Split, Task
from proofstone.data.kinds import typed
from proofstone.data.split import folds_of, split
from proofstone.data.table import Table

TASK = Task(label="deny", positive="yes", protected=["sex"])


def table(n: int = 300, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "deny": np.where(rng.random(n) < 0.3, "yes", "no"),
            "sex": rng.choice(["f", "m"], n),
            "person": [f"p{at}" for at in rng.integers(0, n // 4, n)],
            "day": [f"2024-{1 + at // 25:02}-{1 + at % 25:02}" for at in rng.integers(0, 300, n)],
        }
    )


def folds(frame: pl.DataFrame, seed: int = 0, task: Task = TASK, **given: Any) -> Any:
    return folds_of(frame, Split.model_validate(given), task, seed)


@settings(max_examples=25)
@given(st.integers(60, 300), st.integers(2, 8), st.integers(0, 1000))
def test_cross_fitted_is_even_in_label_and_protected(n: int, k: int, seed: int) -> None:
    frame = table(n, seed)
    fold = folds(frame, seed, folds=k)
    assert sorted(np.unique(fold)) == list(range(k))
    for deny in ("yes", "no"):
        rows = (frame["deny"] == deny).to_numpy()
        assert np.ptp(np.bincount(fold[rows], minlength=k)) <= 1
        for sex in ("f", "m"):
            both = rows & (frame["sex"] == sex).to_numpy()
            assert np.ptp(np.bincount(fold[both], minlength=k)) <= 1


@pytest.mark.parametrize("estimator", ["cross_fitted", "hold_out"])
@pytest.mark.parametrize("time", [None, "day"])
def test_groups_stay_together(estimator: str, time: str | None) -> None:
    frame = table()
    fold = folds(frame, estimator=estimator, group="person", time=time, folds=3)
    parts = frame.select("person").with_columns(fold=pl.Series(fold))
    assert parts.group_by("person").agg(pl.col("fold").n_unique())["fold"].max() == 1


def test_hold_out_takes_a_share_of_each_class() -> None:
    frame = table()
    fold = folds(frame, estimator="hold_out", test_fraction=0.2)
    for deny in ("yes", "no"):
        rows = (frame["deny"] == deny).to_numpy()
        assert abs((fold[rows] == 0).sum() - 0.2 * rows.sum()) <= 1


def test_the_latest_rows_are_held_out() -> None:
    frame = table()
    test = folds(frame, estimator="hold_out", time="day", test_fraction=0.3) == 0
    days = frame["day"].to_numpy()
    assert days[~test].max() < days[test].min()
    assert abs(test.mean() - 0.3) < 0.03


def test_cross_fitted_along_time_chains_forward() -> None:
    frame = table()
    fold = folds(frame, time="day", folds=4)
    days = frame["day"].to_numpy()
    assert sorted(np.unique(fold)) == [-1, 0, 1, 2, 3]
    for one in range(4):
        assert days[fold < one].max() < days[fold == one].min()


def test_the_step_writes_rows_and_folds(run: Any) -> None:
    frame, kinds = typed(table(), {})
    kept = _Kept(Table(frame, kinds))
    given = {"split": Split(folds=4).model_dump(), "task": TASK.model_dump(), "seed": 7}
    one = run(split, given, inputs={"table": kept})["split"]
    rows = pl.read_parquet(io.BytesIO(one.read("split.parquet")))
    assert rows.schema == {"row": pl.Int64, "fold": pl.Int32}
    assert rows["row"].to_list() == list(range(300))
    assert one.artifact.meta == {
        "estimator": "cross_fitted",
        "folds": 4,
        "n": 300,
        "judged": 300,
        "trained_on": "others",
    }
    assert run(split, given, inputs={"table": kept})["split"].draft == one.draft
    other = run(split, {**given, "seed": 8}, inputs={"table": kept})["split"]
    assert other.draft != one.draft
    forward = {**given, "split": Split(folds=4, time="day").model_dump()}
    meta = run(split, forward, inputs={"table": kept})["split"].artifact.meta
    assert meta["trained_on"] == "earlier"
    assert meta["folds"] == 4
    assert meta["judged"] < 300


class _Kept:
    def __init__(self, table: Table) -> None:
        self.draft = table.draft()

    def read(self, name: str) -> bytes:
        data = self.draft.files[name]
        assert isinstance(data, bytes)
        return data


def labelled(yes: int, no: int, **columns: Any) -> pl.DataFrame:
    return pl.DataFrame({"deny": ["yes"] * yes + ["no"] * no, **columns})


@pytest.mark.parametrize(
    ("frame", "given", "message", "hint"),
    [
        (labelled(3, 40), {}, 'only 3 rows have a deny that is "yes"', "set split.folds to 3"),
        (labelled(40, 1), {}, 'only 1 rows have a deny that is not "yes"', "collect more"),
        (labelled(1, 40), {"estimator": "hold_out"}, "fold 0", "test_fraction"),
        (
            labelled(5, 5, g=["a"] * 5 + ["b"] * 5),
            {"group": "g"},
            "has 2 groups, too few to part into 5",
            "set split.folds to 2",
        ),
        (
            labelled(5, 5, g=["a"] * 5 + ["b"] * 5),
            {"group": "g", "folds": 2},
            "fold 0 learns from 5 rows",
            "other groups",
        ),
        (labelled(5, 5, g=[None] + ["b"] * 9), {"group": "g"}, "missing in 1 rows", "missing: 0"),
        (labelled(5, 5), {"group": "persn"}, 'no column "persn"', "known: deny"),
        (labelled(5, 5), {"time": "day"}, 'no column "day"', "known: deny"),
        (
            labelled(5, 5, t=[1.0, 2.0] * 5),
            {"time": "t", "folds": 3},
            "2 distinct times, too few or too uneven for 4 blocks",
            "fewer folds",
        ),
        (
            labelled(5, 5, t=[float(at) for at in range(10)]),
            {"time": "t", "estimator": "hold_out"},
            "fold 0 is judged on",
            "test_fraction",
        ),
    ],
)
def test_what_cannot_be_split_says_why(
    frame: pl.DataFrame, given: dict[str, Any], message: str, hint: str
) -> None:
    with pytest.raises(DataError, match=message) as caught:
        folds(frame, task=Task(label="deny", positive="yes"), **given)
    assert hint in caught.value.hint
