from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from proofstone.assess.probes.label_noise import STATED, label_noise
from proofstone.core.finding import Finding, Verdict
from proofstone.measures.exact import exact_interval

from .cases import by, recorded, run

RUNS = 25


def found(target: np.ndarray, score: np.ndarray, **about: Any) -> dict[Any, Finding]:
    return by(run(label_noise, *recorded(target, score, **about)))


@cache
def flipped(rate: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Breast cancer with that share of labels flipped: flips, labels, cross-fitted scores."""
    x, y = load_breast_cancer(return_X_y=True)
    flips = np.random.default_rng(seed).random(len(y)) < rate
    labels = np.where(flips, 1 - y, y)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.05))
    score = cross_val_predict(model, x, labels, cv=3, method="predict_proba")[:, 1]
    return flips, labels, score


@pytest.mark.parametrize(("rate", "least", "most"), [(0.05, 0.02, 0.09), (0.1, 0.06, 0.14)])
def test_flips_are_counted_and_found_as_often_as_stated(
    rate: float, least: float, most: float
) -> None:
    """The docs and each finding state a recall and a precision where classes lie apart."""
    values, hits, flips, suspected = [], 0, 0, 0
    for seed in range(5):
        planted, labels, score = flipped(rate, seed)
        findings = found(labels, score)
        values.append(findings["label_flip_rate", "all"].value)
        share = findings["suspected_label_rate", "all"].value
        sure = {one["row"] for one in findings["suspected_label_rate", "all"].details["rows"]}
        assert share is not None
        hits += int(planted[list(sure)].sum())
        flips += min(20, int(planted.sum()))
        suspected += len(sure)
    assert least <= float(np.mean(values)) <= most
    assert rate >= STATED["share"]
    assert exact_interval(hits, flips, 0.9).low > STATED["recall"]
    assert exact_interval(hits, suspected, 0.9).low > STATED["precision"]
    assert findings["suspected_label_rate", "all"].details["stated"] == STATED


def test_clean_classes_that_lie_apart_raise_few_alarms() -> None:
    _, labels, score = flipped(0.0, 0)
    findings = found(labels, score)
    rate = findings["label_flip_rate", "all"]
    assert rate.value is not None
    assert rate.value < 0.02
    bound = findings["even_flip_bound", "all"]
    assert bound.value == 0.0


def drawn(rate: float, seed: int, n: int = 1000) -> tuple[np.ndarray, np.ndarray]:
    """Labels as overlapping scores say, and then flipped at a rate; the scores know of it."""
    rng = np.random.default_rng(seed)
    honest = 1 / (1 + np.exp(-2 * rng.normal(size=n)))
    labels = (rng.random(n) < honest).astype(int)
    labels = np.where(rng.random(n) < rate, 1 - labels, labels)
    return labels, honest * (1 - rate) + (1 - honest) * rate


@pytest.mark.parametrize("rate", [0.0, 0.05, 0.1])
def test_even_flips_are_never_bounded_below_what_they_are(rate: float) -> None:
    """95 % of intervals have to reach it; an exact test at 1 % must not refute that."""
    reached = 0
    for seed in range(40):
        bound = found(*drawn(rate, seed))["even_flip_bound", "all"]
        assert bound.high is not None
        reached += bound.high >= rate
    assert exact_interval(reached, 40, 0.98).high >= 0.95


def test_contradictions_by_chance_are_foreseen_where_all_labels_are_right() -> None:
    inside = 0
    for seed in range(RUNS):
        one = found(*drawn(0.0, seed))["suspected_label_rate", "all"]
        assert one.low is not None
        assert one.high is not None
        inside += one.low <= one.details["by_chance"] <= one.high
    assert exact_interval(inside, RUNS, 0.98).high >= 0.95


def test_the_interval_of_flips_covers_what_many_rows_come_to() -> None:
    truth = found(*drawn(0.1, 999, 400_000))["label_flip_rate", "all"].value
    assert truth is not None
    covered = 0
    for seed in range(40):
        one = found(*drawn(0.1, seed, 500))["label_flip_rate", "all"]
        assert one.low is not None
        assert one.high is not None
        covered += one.low <= truth <= one.high
    assert exact_interval(covered, 40, 0.98).high >= 0.95


def test_groups_have_shares_of_their_own() -> None:
    labels, score = drawn(0.0, 3)
    sex = np.where(np.arange(1000) % 3 == 0, "f", "m").astype(object)
    labels = np.where((sex == "f") & (score > 0.9), 0, labels)
    findings = found(labels, score, protected={"sex": sex})
    women, men = (findings["suspected_label_rate", f"sex={one}"] for one in "fm")
    assert women.low is not None
    assert men.high is not None
    assert women.low > men.high
    assert (women.n, men.n) == (334, 666)


def test_too_few_of_a_label_are_told() -> None:
    target = np.zeros(100, dtype=int)
    target[:3] = 1
    findings = found(target, np.linspace(0.01, 0.99, 100))
    assert {one.reason for one in findings.values()} == {
        "fewer than 20 rows have one of the labels"
    }
    assert {one.value for one in findings.values()} == {None}


def test_scores_that_are_all_alike_are_no_crash() -> None:
    findings = found(np.arange(100) % 2, np.full(100, 0.5))
    assert findings["label_flip_rate", "all"].value == pytest.approx(0.5)


def test_a_column_of_a_thousand_groups_is_left_out() -> None:
    labels, score = drawn(0.0, 1)
    many = np.array([f"g{at}" for at in range(1000)], dtype=object)
    one = found(labels, score, protected={"who": many})["suspected_label_rate", "who"]
    assert one.value is None
    assert "too many" in one.reason


def test_the_same_seed_gives_the_same_findings() -> None:
    labels, score = drawn(0.05, 1)
    case, model = recorded(labels, score, pl.DataFrame({"x": score}))
    assert run(label_noise, case, model, 3) == run(label_noise, case, model, 3)


@pytest.mark.parametrize("share", [0, 0.6, -0.1, True, "half"])
def test_a_share_that_cannot_be_is_refused_by_name(share: Any) -> None:
    findings = found(
        np.arange(100) % 2, np.full(100, 0.5), settings={"label_noise": {"share": share}}
    )
    for one in findings.values():
        assert one.verdict is Verdict.NOT_RUN
        assert "assess.settings.label_noise.share" in one.reason
