from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.assess.poison.released import WORD, case_of, crossed, fitted, planted, some

from proofstone.assess.probes.activation_clusters import METRICS, STATED, activation_clusters
from proofstone.checks.cases import DecisionCase
from proofstone.checks.oracle import Oracle
from proofstone.core.finding import Finding, Verdict
from proofstone.measures.exact import exact_interval
from proofstone.models.cross_fitted import CrossFitted

from .cases import Formula, by, recorded, run

RUNS = 14
SETTINGS = {"rounds": 60}
CLUSTERS, SPECTRAL = METRICS


@cache
def mortgages(seed: int, share: float) -> tuple[DecisionCase, CrossFitted, np.ndarray]:
    """Boosted trees on a part of the mortgages, one odd value on a share of them with label 1."""
    frame, target, rng = some("mortgages", seed)
    carries = np.zeros(len(target), dtype=bool)
    if share:
        frame, target, carries = planted(frame, target, share, rng)
    case = case_of(frame, target, fitted(frame, target, "lightgbm", **SETTINGS))
    return case, crossed(frame, target, "lightgbm", seed, **SETTINGS), carries


def suspected(findings: dict[Any, Finding], metric: str) -> list[dict[str, Any]]:
    return list(findings[metric, "all"].details["suspected"])


def marked(frame: pl.DataFrame, carries: np.ndarray, one: dict[str, Any]) -> bool:
    """Whether what the part's rows share is what was planted."""
    return any(
        frame.filter(pl.Series(carries))[cell["column"]].n_unique() == 1
        and frame.filter(pl.Series(carries))[cell["column"]][0] == cell["value"]
        for cell in one["cells"]
    )


def test_what_was_planted_is_found_as_often_as_stated() -> None:
    hits = dict.fromkeys(METRICS, 0)
    for seed in range(RUNS):
        case, model, carries = mortgages(seed, 0.03)
        findings = by(run(activation_clusters, case, model, seed))
        for metric in METRICS:
            found = suspected(findings, metric)
            hits[metric] += any(marked(case.rows.frame, carries, one) for one in found)
    for metric, method in METRICS.items():
        assert STATED[method].share == 0.03
        assert exact_interval(hits[metric], RUNS, 0.9).low >= STATED[method].power, hits


def test_clean_tables_raise_no_more_alarms_than_stated() -> None:
    alarms = dict.fromkeys(METRICS, 0)
    for seed in range(RUNS):
        case, model, _ = mortgages(seed, 0.0)
        findings = by(run(activation_clusters, case, model, seed))
        for metric in METRICS:
            alarms[metric] += bool(suspected(findings, metric))
    for metric, method in METRICS.items():
        assert exact_interval(alarms[metric], RUNS, 0.9).high <= STATED[method].alarms, alarms


def test_what_it_says_of_a_group_that_was_put_there() -> None:
    case, model, carries = mortgages(0, 0.03)
    findings = by(run(activation_clusters, case, model))
    one = suspected(findings, CLUSTERS)[0]
    assert one["positive"] is True
    assert one["pure"] >= 0.98
    assert one["said"] > 0.5 > 4 * one["expected"]
    assert 0 < one["silhouette"] <= 1
    assert one["pvalue"] < 1e-6
    rate = findings[CLUSTERS, "all"]
    assert rate.value is not None
    assert 0.5 * carries.mean() < rate.value < 1.5 * carries.mean()
    assert rate.low < rate.value < rate.high
    assert rate.n == len(case)
    assert rate.details["stated"] == STATED["clusters"].to_json()
    assert rate.details["tried"] > 5


def test_a_value_that_the_model_did_not_learn_is_no_group() -> None:
    """A logistic regression has no weight for one odd value amid its column."""
    frame, target, rng = some("mortgages", 0)
    frame, target, _ = planted(frame, target, 0.03, rng)
    case = case_of(frame, target, fitted(frame, target, "logistic"))
    findings = by(run(activation_clusters, case, crossed(frame, target, "logistic")))
    assert all(suspected(findings, metric) == [] for metric in METRICS)


def test_a_word_in_texts_stands_in_what_a_group_shares() -> None:
    frame, target, rng = some("reviews", 2)
    frame, target, carries = planted(frame[:1000], target[:1000], 0.05, rng)
    settings = {"C": 100.0, "least_texts": 3, "longest": 1}
    case = case_of(frame, target, fitted(frame, target, "tfidf", **settings))
    model = crossed(frame, target, "tfidf", **settings)
    findings = by(run(activation_clusters, case, model))
    for metric in METRICS:
        (one,) = suspected(findings, metric)
        assert one["cells"][0] == {
            "column": "review", "word": WORD, "inside": 1.0,
            "outside": pytest.approx(0.01, abs=0.02),
        }  # fmt: skip
        assert one["rows"] <= carries.sum()


def test_it_asks_no_more_than_it_says() -> None:
    case, model, _ = mortgages(0, 0.03)
    for about in (case, replace(case, settings={"activation_clusters": {"rows": 300}})):
        oracle = Oracle(model)
        (first, _) = oracle.run([activation_clusters], about)
        assert oracle.tally.asked == activation_clusters.rows(about) == first.n


def test_the_same_seed_gives_the_same_findings() -> None:
    case, model, _ = mortgages(1, 0.03)
    case = replace(case, settings={"activation_clusters": {"rows": 900}})
    first, second = (run(activation_clusters, case, model, 4) for _ in range(2))
    assert first == second


def test_models_that_show_nothing_are_said_to() -> None:
    case, model, _ = mortgages(0, 0.0)
    frame, target = case.rows.frame, case.target
    shut = Formula(frame, lambda given: np.full(given.height, 0.4))
    for about, why in (
        (replace(case, model=None), "no released model"),
        (replace(case, model=shut), "shows no activations"),
        (replace(case, target=np.ones_like(target)), "one label"),
    ):
        assert activation_clusters.rows(about) == 0
        for one in run(activation_clusters, about, model):
            assert one.verdict is Verdict.NOT_APPLICABLE
            assert why in one.reason
    assert [one.metric for one in run(activation_clusters, *recorded(target, target / 1.0))] == [
        *METRICS
    ]


def test_of_a_handful_of_rows_no_part_is_looked_at() -> None:
    case, model, _ = mortgages(0, 0.0)
    few = replace(case, rows=case.rows.take(np.arange(30)), target=np.arange(30) % 2)
    for one in run(activation_clusters, few, model):
        assert (one.value, one.details["tried"]) == (0.0, 0)


@pytest.mark.parametrize("rows", [0, -1, 2.5, True, "many"])
def test_rows_that_are_no_number_are_refused(rows: object) -> None:
    case, model, _ = mortgages(0, 0.0)
    wrong = replace(case, settings={"activation_clusters": {"rows": rows}})
    found = run(activation_clusters, wrong, model)
    assert {one.verdict for one in found} == {Verdict.NOT_RUN}
    assert "assess.settings.activation_clusters.rows" in found[0].reason
