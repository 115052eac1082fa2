from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from proofstone.assess.probes.consistency import consistency
from proofstone.checks.cases import DecisionCase
from proofstone.checks.oracle import Oracle
from proofstone.core.finding import Verdict
from proofstone.models.cross_fitted import CrossFitted
from proofstone.models.rows import Rows

from .cases import Formula, by, recorded, run


def case(frame: pl.DataFrame, **about: Any) -> DecisionCase:
    rows = Rows.of(frame)
    n = len(rows)
    return DecisionCase(rows=rows, target=np.arange(n) % 2, threshold=np.full(n, 0.5), **about)


def logistic(name: str) -> Any:
    return lambda frame: 1 / (1 + np.exp(-frame[name].fill_null(0.0).to_numpy()))


FRAME = pl.DataFrame(
    {
        "x": np.linspace(-1, 1, 401),
        "whole": np.arange(401) % 3,
        "kind": ["a", "b", "c", "d"] * 100 + ["a"],
        "flag": [True] * 401,
    }
)


def test_the_rows_within_reach_of_the_threshold_flip() -> None:
    people = {"side": np.where(FRAME["x"] > 0.5, "far", "near").astype(object)}
    found = by(run(consistency, case(FRAME, protected=people), Formula(FRAME, logistic("x"))))
    rate = found["decision_flip_rate", "all"]
    # The interquartile range of x is 1, so 0.05 is the reach; almost surely one of eight draws
    # points towards the threshold.
    assert rate.value == pytest.approx((np.abs(FRAME["x"]) < 0.05).mean(), abs=0.004)
    assert rate.low < rate.value < rate.high
    assert rate.details == {"draws": 8, "share": 0.05, "columns": ["whole", "x"]}
    near, far = (found["decision_flip_rate", f"side={side}"] for side in ("near", "far"))
    assert far.value == 0.0
    gap = found["decision_flip_rate_difference", "side"]
    assert gap.value == near.value
    assert gap.low <= gap.value <= gap.high
    assert [entry["group"] for entry in gap.details["groups"]] == ["far", "near"]


def test_what_is_asked_stays_in_range_and_leaves_categories_nulls_and_whole_numbers() -> None:
    frame = FRAME.with_columns(x=pl.when(pl.col("x") > 0.9).then(None).otherwise(pl.col("x")))
    seen: list[pl.DataFrame] = []

    def watch(asked: pl.DataFrame) -> np.ndarray:
        seen.append(asked)
        return np.asarray(logistic("x")(asked))

    run(consistency, case(frame), Formula(frame, watch))
    asked = pl.concat(seen)
    assert asked.schema == frame.schema
    assert asked["x"].min() >= frame["x"].min()
    assert asked["x"].max() <= frame["x"].max()
    assert asked["x"].null_count() > 0
    assert set(asked["whole"]) == {0, 1, 2}
    assert set(asked["kind"]) == {"a", "b", "c", "d"}


def test_settings_change_draws_and_reach() -> None:
    settings = {"consistency": {"draws": 2, "share": 0.5}}
    (rate,) = run(consistency, case(FRAME, settings=settings), Formula(FRAME, logistic("x")))
    assert rate.details["draws"] == 2
    assert 0.2 < rate.value < 0.5
    assert consistency.rows(case(FRAME, settings=settings)) == 3 * 401


def test_a_changed_row_is_answered_by_the_model_that_never_saw_it() -> None:
    models = [Formula(FRAME, lambda f: np.full(f.height, 0.9)),
              Formula(FRAME, lambda f: np.full(f.height, 0.1))]  # fmt: skip
    crossed = CrossFitted(models, np.arange(401) % 2)
    (rate,) = Oracle(crossed).run([consistency], case(FRAME, evidence="procedure"))
    assert rate.value == 0.0
    assert rate.evidence == "procedure"


def test_recorded_predictions_have_no_answer() -> None:
    about, model = recorded(np.arange(401) % 2, np.full(401, 0.3), FRAME)
    finding, *_others = run(consistency, about, model)
    assert finding.verdict is Verdict.NOT_APPLICABLE
    assert "no prediction was recorded" in finding.reason


def test_without_numbers_it_does_not_apply() -> None:
    frame = FRAME.select("kind", "flag")
    (finding,) = run(consistency, case(frame), Formula(frame, lambda f: np.full(f.height, 0.3)))
    assert finding.verdict is Verdict.NOT_APPLICABLE
    assert "no input is a number" in finding.reason
