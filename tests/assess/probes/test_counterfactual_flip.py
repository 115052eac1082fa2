from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from proofstone.assess.probes.counterfactual_flip import METRICS, counterfactual_flip
from proofstone.checks.cases import DecisionCase
from proofstone.checks.oracle import Oracle
from proofstone.core.finding import Verdict
from proofstone.models.rows import Rows

from .cases import Formula, by, recorded, run

N = 400
FRAME = pl.DataFrame(
    {
        "x": np.linspace(0, 1, N),
        "sex": ["f", "m"] * (N // 2),
        "race": (["a"] * 5 + ["b"] * 3 + ["c"] * 2) * (N // 10),
        "member": [True, False, False, True] * (N // 4),
    }
)


def case(frame: pl.DataFrame, names: list[str], **about: Any) -> DecisionCase:
    people = {name: frame[name].cast(pl.String).to_numpy() for name in names}
    rows = Rows.of(frame)
    return DecisionCase(rows=rows, target=np.arange(len(rows)) % 2, protected=people,
                        threshold=np.full(len(rows), 0.5), **about)  # fmt: skip


def add(frame: pl.DataFrame) -> np.ndarray:
    return np.clip(0.8 * frame["x"].to_numpy() + 0.2 * (frame["sex"] == "m").to_numpy(), 0, 1)


def test_the_rows_that_the_attribute_decides_flip() -> None:
    found = by(run(counterfactual_flip, case(FRAME, ["sex"]), Formula(FRAME, add)))
    rate, change = (found[name, "sex"] for name in
                    ("counterfactual_flip_rate", "counterfactual_score_change"))  # fmt: skip
    x = FRAME["x"].to_numpy()
    assert rate.value == pytest.approx(((0.8 * x < 0.5) & (0.8 * x + 0.2 >= 0.5)).mean(), abs=1e-9)
    assert rate.low < rate.value < rate.high
    assert change.value == pytest.approx(0.2, abs=1e-9)
    up, down = sorted(rate.details["exchanges"], key=lambda one: -one["score_change"])
    assert (up["from"], up["to"], up["n"]) == ("f", "m", 200)
    assert (up["score_change"], down["score_change"]) == pytest.approx((0.2, -0.2))


@pytest.mark.parametrize("name", ["race", "member"])
def test_each_value_goes_to_each_other_and_the_bound_is_true(name: str) -> None:
    about = case(FRAME, [name])
    oracle = Oracle(Formula(FRAME, lambda f: f["x"].to_numpy()))
    rate, change = oracle.run([counterfactual_flip], about)
    kinds = FRAME[name].n_unique()
    assert len(rate.details["exchanges"]) == kinds * (kinds - 1)
    assert rate.value == change.value == 0.0
    assert oracle.tally.asked == N * kinds <= counterfactual_flip.rows(about)


def test_unread_columns_are_no_evidence() -> None:
    frame = FRAME.drop("sex")
    about = case(FRAME, ["sex", "race"])
    about = DecisionCase(rows=Rows.of(frame), target=about.target, threshold=about.threshold,
                         protected=about.protected)  # fmt: skip
    found = by(run(counterfactual_flip, about, Formula(frame, lambda f: f["x"].to_numpy())))
    one = found["counterfactual_flip_rate", "sex"]
    assert one.value is None
    assert one.verdict is Verdict.NOT_APPLICABLE
    assert "no evidence of fairness" in one.reason
    assert found["counterfactual_score_change", "sex"].reason == one.reason
    assert found["counterfactual_flip_rate", "race"].value == 0.0


def test_missing_single_and_many_values() -> None:
    frame = FRAME.with_columns(
        pl.when(pl.col("x") < 0.25).then(None).otherwise(pl.col("sex")).alias("sex"),
        one=pl.lit("all"),
        age=pl.int_range(N),
    )
    about = case(frame, ["sex", "one", "age"])
    found = by(run(counterfactual_flip, about, Formula(frame, lambda f: f["x"].to_numpy())))
    assert found["counterfactual_flip_rate", "sex"].n == N  # a missing value is exchanged too
    assert "single value" in found["counterfactual_flip_rate", "one"].reason
    details = found["counterfactual_flip_rate", "age"].details
    assert (details["values"], details["present"]) == (12, N)


def test_few_rows_are_drawn_where_settings_say_so() -> None:
    about = case(FRAME, ["sex"], settings={"counterfactual_flip": {"rows": 50}})
    rate, _ = run(counterfactual_flip, about, Formula(FRAME, add))
    assert rate.n == 50
    assert counterfactual_flip.rows(about) == 150
    assert rate == run(counterfactual_flip, about, Formula(FRAME, add))[0]


def test_recorded_predictions_and_no_columns() -> None:
    about, model = recorded(np.arange(N) % 2, np.full(N, 0.3), FRAME,
                            protected={"sex": FRAME["sex"].to_numpy()})  # fmt: skip
    finding, *_others = run(counterfactual_flip, about, model)
    assert finding.verdict is Verdict.NOT_APPLICABLE
    assert "no prediction was recorded" in finding.reason
    refused = run(counterfactual_flip, *recorded(np.arange(N) % 2, np.full(N, 0.3), FRAME))
    assert [one.metric for one in refused] == list(METRICS)
    assert all("no protected column" in one.reason for one in refused)


def test_a_column_may_be_named_rows() -> None:
    frame = FRAME.rename({"sex": "rows"})
    found = by(
        run(counterfactual_flip, case(frame, ["rows"]), Formula(frame, lambda f: f["x"].to_numpy()))
    )
    assert found["counterfactual_flip_rate", "rows"].value == 0.0
