from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss, recall_score, roc_auc_score
from sklearn.tree import DecisionTreeClassifier
from statsmodels.stats.contingency_tables import mcnemar

from proofstone.assess.challenge import changes as measured
from proofstone.assess.challenge.case import Duel, recorded_duel
from proofstone.assess.challenge.changes import METRICS
from proofstone.assess.probes.challenge import challenge
from proofstone.checks.oracle import Oracle
from proofstone.core.finding import Finding, Verdict

from .cases import recorded


def table(rows: int = 800, *, blur: float = 0.5, lift: float = 0.0) -> pl.DataFrame:
    """Two scores about the same truth: the second is `blur`red and lifted for one group."""
    rng = np.random.default_rng(5)
    margin = rng.normal(size=rows)
    group = rng.choice(["u", "v"], rows)
    second = margin + blur * rng.normal(size=rows) + lift * (group == "v")
    first = margin + 0.5 * rng.normal(size=rows)
    squash = 1 / (1 + np.exp(-np.stack([margin, first, second])))
    label = (rng.random(rows) < squash[0]).astype(int)
    return pl.DataFrame({"y": label, "a": squash[1], "b": squash[2], "g": group})


def found(frame: pl.DataFrame, **more: Any) -> dict[tuple[str, str], Finding]:
    duel = recorded_duel(frame, label="y", champion="a", challenger="b", **more)
    return {(one.metric, one.subject): one for one in run(duel)}


def run(duel: Duel) -> list[Finding]:
    return Oracle(duel.model).run([challenge], duel.case)


def test_changes_are_those_of_scikit_learn_on_a_real_table() -> None:
    matrix, y = load_breast_cancer(return_X_y=True)
    fit, rest = slice(0, 200), slice(200, None)
    first = LogisticRegression(max_iter=50).fit(matrix[fit, :4] / 100, y[fit])
    second = DecisionTreeClassifier(max_depth=3, random_state=0).fit(matrix[fit, :4], y[fit])
    a = first.predict_proba(matrix[rest, :4] / 100)[:, 1]
    b = np.clip(second.predict_proba(matrix[rest, :4])[:, 1], 0.01, 0.99)
    truth = y[rest]
    got = found(pl.DataFrame({"y": truth, "a": a, "b": b}))
    cut_a, cut_b = (score >= 0.5 for score in (a, b))
    expected = {
        "roc_auc_change": roc_auc_score(truth, b) - roc_auc_score(truth, a),
        "log_loss_change": log_loss(truth, b) - log_loss(truth, a),
        "brier_score_change": brier_score_loss(truth, b) - brier_score_loss(truth, a),
        "accuracy_change": accuracy_score(truth, cut_b) - accuracy_score(truth, cut_a),
        "false_negative_rate_change": recall_score(truth, cut_a) - recall_score(truth, cut_b),
        "false_positive_rate_change": recall_score(1 - truth, ~cut_a)
        - recall_score(1 - truth, ~cut_b),
        "selection_rate_change": cut_b.mean() - cut_a.mean(),
        "decision_change_rate": (cut_a != cut_b).mean(),
    }
    for metric, value in expected.items():
        assert got[metric, "all"].value == pytest.approx(value, abs=1e-9), metric
    right = cut_a == truth, cut_b == truth
    cells = [[int(((right[0] == i) & (right[1] == j)).sum()) for j in (1, 0)] for i in (1, 0)]
    peer = mcnemar(cells, exact=True).pvalue
    assert got["accuracy_change", "all"].details["p_exact"] == pytest.approx(float(peer))


def test_every_metric_is_measured_with_its_interval() -> None:
    got = found(table(), protected=["g"])
    assert {metric for metric, _ in got} == set(METRICS)
    for one in got.values():
        assert one.low is not None
        assert one.low <= one.value <= one.high  # type: ignore[operator]


def test_a_worse_challenger_is_called_worse_and_a_better_one_better() -> None:
    worse = found(table(blur=3.0))["roc_auc_change", "all"]
    assert worse.details["standing"] == "worse"
    frame = table(blur=3.0).rename({"a": "b", "b": "a"})
    assert found(frame)["roc_auc_change", "all"].details["standing"] == "better"


def test_a_challenger_that_favours_a_group_widens_the_gap() -> None:
    got = found(table(lift=1.5), protected=["g"])["selection_rate_difference_change", "g"]
    assert got.low > 0.1  # type: ignore[operator]
    by_group = {one["group"]: one for one in got.details["groups"]}
    apart = by_group["v"]["challenger"] - by_group["u"]["challenger"]
    assert got.details["challenger"] == pytest.approx(apart)


def test_the_champion_against_itself_changes_nothing() -> None:
    frame = table().with_columns(b=pl.col("a"))
    for one in found(frame, protected=["g"]).values():
        assert one.value == 0.0
        assert one.details.get("standing") != "worse"


def test_equal_seeds_give_equal_findings() -> None:
    duel = recorded_duel(table(), label="y", champion="a", challenger="b", protected=["g"])
    assert run(duel) == run(duel)


def test_more_rows_than_are_resampled_have_students_interval(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resampled = found(table())["log_loss_change", "all"]
    monkeypatch.setattr(measured, "MOST_RESAMPLED", 100)
    student = found(table())["log_loss_change", "all"]
    assert student.method != resampled.method
    assert student.high == pytest.approx(resampled.high, abs=0.002)


def test_few_rows_and_small_groups_end_as_findings() -> None:
    frame = pl.DataFrame(
        {"y": [0, 1, 1], "a": [0.2, 0.8, 0.4], "b": [0.3, 0.9, 0.6], "g": ["u", "u", "v"],
         "h": ["w", "w", "w"]}
    )  # fmt: skip
    got = found(frame, protected=["g", "h"])
    assert got["roc_auc_change", "all"].value is None
    assert "one class" in got["roc_auc_change", "all"].reason
    assert got["selection_rate_difference_change", "h"].value is None
    assert got["false_positive_rate_difference_change", "g"].value is None
    wide = got["selection_rate_difference_change", "g"]
    assert wide.high - wide.low > 0.5  # type: ignore[operator]


def test_a_case_without_champion_has_nothing_to_compare() -> None:
    case, model = recorded(np.array([0, 1]), np.array([0.2, 0.7]))
    assert challenge.rows(case) == 0
    assert Oracle(model).run([challenge], case) == []
    gated = replace(case, levels={("roc_auc_change", "all"): 0.95, ("roc_auc", "all"): 0.95})
    (one,) = Oracle(model).run([challenge], gated)
    assert (one.metric, one.verdict) == ("roc_auc_change", Verdict.NOT_RUN)
    assert "no champion" in one.reason


def test_the_margin_is_what_the_case_says() -> None:
    duel = recorded_duel(table(blur=0.9), label="y", champion="a", challenger="b")
    wide = replace(duel, case=duel.at(0.95, {}, 0.2))
    found = next(one for one in run(wide) if one.metric == "roc_auc_change")
    assert (found.details["margin"], found.details["standing"]) == (0.2, "no_worse")


def test_a_group_without_a_name_keeps_it_beside_the_missing_one() -> None:
    frame = table().with_columns(g=pl.when(pl.col("g") == "u").then(pl.lit("")).otherwise(None))
    got = found(frame, protected=["g"])["selection_rate_difference_change", "g"]
    assert {one["group"] for one in got.details["groups"]} == {"", "(missing)"}
