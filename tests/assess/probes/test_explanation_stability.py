from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression
from tests.explain.models import made, table

from proofstone.assess.probes.explanation_stability import explanation_stability
from proofstone.checks.cases import DecisionCase
from proofstone.checks.shadows import Shadows
from proofstone.explain.shapley import explainer
from proofstone.models.rows import Rows

from .cases import Formula, by, protected, real, run

FRAME, TARGET = table()


def case(runtime: str = "linear", **about: Any) -> tuple[DecisionCase, Any]:
    model = made(runtime, FRAME, TARGET)
    rows = Rows.of(FRAME)
    known = {"background": rows.take(np.arange(80))} | about
    found = DecisionCase(rows=rows, target=TARGET.astype(int), threshold=np.full(len(rows), 0.5),
                         model=model, evidence="procedure", **known)  # fmt: skip
    return found, model


@pytest.mark.parametrize("runtime", ["linear", "tree", "lightgbm", "ebm"])
def test_little_noise_leaves_the_order_and_much_does_not(runtime: str) -> None:
    small, large = (
        by(
            run(
                explanation_stability,
                *case(runtime, settings={"explanation_stability": {"sigma": s}}),
            )
        )["attribution_noise_agreement", "all"]
        for s in (1e-9, 1.0)
    )
    assert small.value == pytest.approx(1, abs=0.01)
    # The tree and the EBM at hand weigh their inputs so differently that noise moves no order.
    assert (large.high < small.low) == (runtime in ("linear", "lightgbm"))
    assert large.high <= 1
    assert large.evidence == "bytes"
    assert small.details["strongest_kept"] == pytest.approx(1, abs=0.01)
    assert large.details["kendall"] <= large.value


def test_a_background_of_equal_rows_changes_nothing() -> None:
    one = Rows.of(FRAME).take(np.zeros(20, dtype=np.int64))
    same = by(run(explanation_stability, *case(background=one)))
    assert same["attribution_background_agreement", "all"].value == pytest.approx(1)
    other = by(run(explanation_stability, *case()))["attribution_background_agreement", "all"]
    assert 0.5 < other.value < 1


def test_a_linear_models_agreement_is_that_of_its_closed_form() -> None:
    about, model = case()
    found = by(run(explanation_stability, about, model))["attribution_noise_agreement", "all"]
    rng = np.random.default_rng(1)
    income, age = (
        FRAME[name] + 0.05 * FRAME[name].std() * pl.Series(rng.normal(size=400))
        for name in ("income", "age")
    )
    noise = FRAME.with_columns(income=income, age=age.round().cast(pl.Int64))
    one, other = (
        np.abs(explainer(model, about.background).explain(Rows.of(f)).values)
        for f in (FRAME, noise)
    )
    ranks = [np.argsort(np.argsort(x, axis=1), axis=1) for x in (one, other)]
    again = 1 - ((ranks[0] - ranks[1]) ** 2).sum(axis=1) * 6 / (4 * 15)
    assert found.value == pytest.approx(again.mean(), abs=0.05)


def test_refits_of_a_real_table_differ_where_the_score_is_close() -> None:
    frame = real("hmda")
    matrix = frame.select(pl.selectors.numeric().exclude("y", "p")).to_numpy()
    y, rng = frame["y"].to_numpy(), np.random.default_rng(0)
    member = rng.random((8, len(y))) < 0.5
    score = np.stack([
        LogisticRegression(max_iter=500).fit(matrix[one], y[one]).predict_proba(matrix)[:, 1]
        for one in member
    ])  # fmt: skip
    rows = Rows.of(frame.drop("y", "p"))
    people = {name: frame[name].cast(pl.String).to_numpy() for name in protected("hmda")}
    about = DecisionCase(rows=rows, target=y, threshold=np.full(len(y), 0.12), protected=people,
                         shadows=Shadows(member, score))  # fmt: skip
    found = by(
        run(explanation_stability, about, Formula(rows.frame, lambda f: f["pirat"].to_numpy()))
    )
    spread = found["refit_score_deviation", "all"]
    differ = found["refit_disagreement", "all"]
    assert 0.001 < spread.low < spread.value < spread.high < 0.1
    assert 0 < differ.low < differ.value < differ.high < 0.3
    assert differ.details["refits"] == 8
    assert {("refit_disagreement", f"afam={one}") for one in ("no", "yes")} <= set(found)
    same = replace(about, shadows=Shadows(member, np.repeat(score[:1], 8, axis=0)))
    none = by(
        run(explanation_stability, same, Formula(rows.frame, lambda f: f["pirat"].to_numpy()))
    )
    assert none["refit_disagreement", "all"].value == 0
    assert none["refit_score_deviation", "all"].value == pytest.approx(0, abs=1e-12)


def test_without_model_shadows_or_inputs_it_says_so() -> None:
    about, model = case()
    found = by(run(explanation_stability, replace(about, model=None), model))
    assert "no released model" in found["attribution_noise_agreement", "all"].reason
    assert "no shadow models" in found["refit_disagreement", "all"].reason
    one = FRAME.select("age")
    single = Formula(one, lambda f: np.full(f.height, 0.4))
    alone = DecisionCase(rows=Rows.of(one), target=TARGET.astype(int), threshold=np.full(400, 0.5),
                         model=single, background=Rows.of(one[:20]))  # fmt: skip
    found = by(run(explanation_stability, alone, single))
    assert "fewer than two inputs" in found["attribution_noise_agreement", "all"].reason
    flat = Formula(FRAME, lambda f: np.full(f.height, 0.4))
    constant = replace(about, model=flat)
    found = by(run(explanation_stability, constant, flat))
    assert "all inputs count alike" in found["attribution_noise_agreement", "all"].reason
    assert found["attribution_noise_agreement", "all"].n == 0


def test_the_same_seed_gives_the_same_findings() -> None:
    first, second = (run(explanation_stability, *case("tree"), seed=3) for _ in range(2))
    assert [one.to_json() for one in first] == [one.to_json() for one in second]
