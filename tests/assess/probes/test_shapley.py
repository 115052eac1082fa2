from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.explain.models import made, table

from proofstone.assess.probes.shapley import shapley
from proofstone.checks.cases import DecisionCase
from proofstone.core.finding import Verdict
from proofstone.explain import several as module
from proofstone.explain.shapley import explainer
from proofstone.models.contract import Feature
from proofstone.models.rows import Rows

from .cases import Formula, by, run

FRAME = pl.DataFrame(
    np.random.default_rng(0).normal(size=(300, 3)), schema=["a", "b", "c"]
).with_columns(text=pl.Series(["u", None, "v"] * 100))


def score(frame: pl.DataFrame) -> np.ndarray:
    margin = 2 * frame["a"].to_numpy() + frame["b"].to_numpy() * frame["c"].to_numpy()
    return np.asarray(1 / (1 + np.exp(-margin)))


def case() -> tuple[DecisionCase, Formula]:
    model = Formula(FRAME, score)
    rows = Rows(FRAME, np.arange(300) + 1000)
    about = DecisionCase(
        rows=rows,
        target=(score(FRAME) > 0.5).astype(int),
        threshold=np.full(300, 0.3),
        model=model,
        background=rows.take(np.arange(50)),
        evidence="procedure",
    )
    return about, model


def test_global_findings_are_means_of_absolute_values() -> None:
    about, model = case()
    findings = run(shapley, about, model)
    found = by(findings)
    assert [one.subject for one in findings] == ["a", "b", "c", "text", "examples"]
    a = found["mean_abs_shapley", "a"]
    walked = np.unique(np.linspace(0, 49, 32).round()).astype(int)
    explained = np.linspace(0, 299, 100).astype(int)
    a_of = FRAME["a"].to_numpy()
    assert a.value == pytest.approx(2 * np.abs(a_of[explained] - a_of[walked].mean()).mean())
    assert a.low < a.value < a.high
    assert a.evidence == "bytes"
    assert a.n == 100
    assert found["mean_abs_shapley", "text"].value == 0.0


def test_three_rows_are_explained_and_add_up() -> None:
    about, model = case()
    local = run(shapley, about, model)[-1]
    base, rows = local.details["base"], local.details["rows"]
    assert len(rows) == 3
    sure, never, close = (row["score"] for row in rows)
    assert sure > 0.95 > 0.05 > never
    assert abs(close - 0.3) < 0.05
    for row in rows:
        margin = np.log(row["score"] / (1 - row["score"]))
        assert base + sum(row["contributions"].values()) == pytest.approx(margin, abs=1e-8)
        assert row["values"] == FRAME.row(row["row"] - 1000, named=True)


def test_the_same_seed_gives_the_same_findings() -> None:
    about, model = case()
    first, second = run(shapley, about, model, seed=5), run(shapley, about, model, seed=5)
    assert [one.to_json() for one in first] == [one.to_json() for one in second]


def test_attributions_that_miss_the_margin_are_not_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    about, model = case()
    real = module.explainer

    def off(*given: object, **named: object) -> object:
        found = real(*given, **named)
        return replace(found, margin=lambda rows: found.margin(rows) + 1e-6)

    monkeypatch.setattr(module, "explainer", off)
    (finding,) = run(shapley, about, model)
    assert finding.verdict is Verdict.NOT_RUN
    assert "miss the margin by 1e-06" in finding.reason


def test_without_a_released_model_it_does_not_apply() -> None:
    about, model = case()
    for lacking in (replace(about, model=None), replace(about, background=None)):
        (finding,) = run(shapley, lacking, model)
        assert finding.verdict is Verdict.NOT_APPLICABLE
        assert "no released model" in finding.reason


def test_values_are_those_of_explain() -> None:
    about, model = case()
    local = run(shapley, about, model)[-1]
    assert explainer(model, about.background).base == pytest.approx(local.details["base"])


def test_a_model_that_reads_nothing_but_text_is_not_explained_by_columns() -> None:
    about, _ = case()
    texts = FRAME.select(pl.col("text").fill_null("w"))
    model = Formula(texts, lambda frame: np.full(frame.height, 0.4))
    inputs = (Feature("text", "text"),)
    model.signature = replace(model.signature, inputs=inputs)
    (finding,) = run(shapley, replace(about, model=model), model)
    assert finding.verdict is Verdict.NOT_APPLICABLE
    assert "texts" in finding.reason


def test_trees_can_be_explained_along_their_paths() -> None:
    frame, target = table()
    model = made("lightgbm", frame, target)
    rows = Rows.of(frame)
    about = DecisionCase(
        rows=rows, target=target.astype(int), threshold=np.full(len(rows), 0.5), model=model,
        background=rows.take(np.arange(40)),
    )  # fmt: skip
    usual = by(run(shapley, about, model))["mean_abs_shapley", "income"]
    along = replace(about, settings={"shapley": {"kind": "path_dependent"}})
    found = by(run(shapley, along, model))["mean_abs_shapley", "income"]
    assert found.method.startswith("path-dependent")
    assert usual.method.startswith("interventional")
    assert found.value != usual.value
    assert 0 <= found.details["efficiency_gap"] < 1e-9
    wrong = replace(about, settings={"shapley": {"kind": "causal"}})
    for finding in run(shapley, wrong, model):
        assert finding.verdict is Verdict.NOT_RUN
        assert "assess.settings.shapley.kind" in finding.reason
