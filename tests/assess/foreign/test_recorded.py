"""Tables of recorded predictions of every kind, good and bad, end to end."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn import datasets, metrics

from proofstone.assess.predictions import Assessed, assess_predictions
from proofstone.assess.probes.class_quality import class_quality
from proofstone.core.errors import DataError, InputError
from proofstone.core.finding import Verdict
from proofstone.core.project.known import Kind
from proofstone.pipeline.known import fitting_probes

N = 300


def table() -> pl.DataFrame:
    rng = np.random.default_rng(1)
    answers = rng.dirichlet(np.ones(3), N)
    target = (answers.cumsum(axis=1) < rng.random((N, 1))).sum(axis=1)
    flags = rng.random((N, 3)) < answers
    money = rng.normal(size=N)
    return pl.DataFrame(
        {
            "kind": np.array(["a", "b", "c"])[target],
            **{f"p_{name}": answers[:, at].round(3) for at, name in enumerate("abc")},
            **{f"y_{name}": flags[:, at].astype(int) for at, name in enumerate("abc")},
            "said": np.array(["a", "b", "c"])[answers.argmax(axis=1)],
            "money": money,
            "estimate": money + rng.normal(size=N),
            "relevance": rng.integers(0, 3, N),
            "score": rng.normal(size=N),
            "q": np.arange(N) // 10,
            "sex": rng.choice(["f", "m"], N),
            "city": rng.choice(["n", "s", "w"], N),
        }
    )


NAMED: dict[str, dict[str, Any]] = {
    "classes": {"label": "kind", "score": "p_*"},
    "hard": {"label": "kind", "score": "said"},
    "labels": {"label": "y_*", "score": "p_*"},
    "number": {"label": "money", "score": "estimate"},
    "ranking": {"label": "relevance", "score": "score", "query": "q"},
}


def assessed(frame: pl.DataFrame, name: str, **more: Any) -> Assessed:
    kind: Kind = "classes" if name == "hard" else name  # type: ignore[assignment]
    probes = [one.load() for one in fitting_probes(kind).values() if one.ships]
    given = {"protected": ["sex"], "probes": probes} | NAMED[name] | more
    return assess_predictions(frame, **given)


@pytest.mark.parametrize("name", NAMED)
def test_every_kind_is_assessed(name: str) -> None:
    result = assessed(table(), name)
    assert result.kind == ("classes" if name == "hard" else name)
    assert result.protected == ("sex",)
    assert (result.threshold is None) == (name != "labels")
    json.dumps([one.to_json() for one in result.findings], allow_nan=False)
    measured = {one.metric for one in result.findings if one.value is not None}
    assert len(measured) >= 4
    assert not [one for one in result.findings if one.verdict is Verdict.NOT_RUN]


def test_rounded_scores_are_taken_and_the_numbers_are_scikit_learns() -> None:
    frame = table()
    found = {(one.metric, one.subject): one for one in assessed(frame, "classes").findings}
    answers = frame.select("p_a", "p_b", "p_c").to_numpy()
    loss = metrics.log_loss(frame["kind"], answers / answers.sum(axis=1, keepdims=True))
    assert found["log_loss", "all"].value == pytest.approx(loss)
    hard = {(one.metric, one.subject): one for one in assessed(frame, "hard").findings}
    assert hard["accuracy", "all"].value == found["accuracy", "all"].value


@pytest.mark.parametrize("name", NAMED)
def test_the_order_of_rows_changes_no_point_of_quality(name: str) -> None:
    turned = table().sample(fraction=1.0, shuffle=True, seed=2)
    first, second = (
        {(one.metric, one.subject): one.value for one in assessed(frame, name).findings
         if one.probe not in ("conformal", "rules")}  # which draw a half of the rows
        for frame in (table(), turned)
    )  # fmt: skip
    assert first.keys() == second.keys()
    for key, value in first.items():
        assert second[key] == pytest.approx(value, abs=1e-9), key


NONE = pl.lit(None)


@pytest.mark.parametrize(
    ("name", "column", "bad", "says"),
    [
        ("classes", "p_b", 0.9, "have scores of classes that do not sum to one"),
        ("classes", "p_b", float("nan"), "have no score"),
        ("classes", "kind", None, "have no label"),
        ("classes", "kind", "d", "have a label that the model has no class for"),
        ("hard", "said", None, "have no decision"),
        ("labels", "y_b", 2, "have a label that is neither 0 nor 1"),
        ("labels", "y_b", None, "have no label"),
        ("labels", "p_c", 1.5, "have a score that is not between 0 and 1"),
        ("number", "money", None, "have no label"),
        ("number", "estimate", float("nan"), "have no finite number where one is wanted"),
        ("number", "money", float("inf"), "have no finite number where one is wanted"),
        ("ranking", "relevance", -1, "have a relevance below 0"),
        ("ranking", "q", None, "have no query"),
    ],
)
def test_rows_that_cannot_be_used_are_named_and_the_rest_goes_on(
    name: str, column: str, bad: Any, says: str
) -> None:
    frame, rows = table(), (7, 9, 11, 13, 15, 17)
    kind, here = frame.schema[column], pl.int_range(pl.len()).is_in(rows)
    holed = frame.with_columns(
        pl.when(here).then(pl.lit(bad, dtype=kind)).otherwise(pl.col(column)).alias(column)
    )
    more: dict[str, Any] = {"task": "classes" if name == "hard" else "auto"}
    result, clean = (assessed(one, name, **more) for one in (holed, frame.filter(~here)))
    found, expected = (
        {(one.probe, one.metric, one.subject): one for one in each.findings}
        for each in (result, clean)
    )
    unlabelled = bad is None and says == "have no label"
    probe = "labels" if unlabelled else "answers"
    left = found.pop((probe, "unlabelled_rows" if unlabelled else "unusable_rows", "all"))
    assert (left.verdict, left.value, left.n) == (Verdict.NOT_RUN, None, 6)
    assert left.reason.startswith(f"6 of {N} rows {says}, and were left out")
    named = "p_a, p_b, p_c" if "sum to one" in says else column
    assert left.reason.endswith(f"(column {named}, row 7, 9, 11, 13, 15, …)")
    assert found.keys() == expected.keys()
    assert result.case.rows.origin.tolist() == [at for at in range(N) if at not in rows]
    for key, one in found.items():
        assert one.value == pytest.approx(expected[key].value, abs=1e-9), key
        if one.value is not None and not unlabelled:
            assert one.verdict is Verdict.INCONCLUSIVE
            assert one.reason == f"measured without 6 of {N} rows, which cannot be used"


@pytest.mark.parametrize(
    ("name", "column", "bad", "says"),
    [
        ("classes", "p_b", float("nan"), "column p_b, row 0: has no score (nor have 299 more)"),
        ("classes", "kind", "d", "column kind, row 0: there is no score column for 'd'"),
        ("labels", "y_b", 2, "column y_b, row 0: 2 is neither 0 nor 1"),
        ("labels", "y_b", None, "column y_b, row 0: has no label"),
        ("number", "estimate", float("nan"), "column estimate, row 0: nan is missing"),
        ("number", "money", float("inf"), "column money, row 0: inf is not finite"),
        ("ranking", "relevance", -1, "column relevance, row 0: the relevance -1"),
        ("ranking", "q", None, "column q, row 0: has no query"),
    ],
)
def test_where_no_row_can_be_used_column_and_row_are_named(
    name: str, column: str, bad: Any, says: str
) -> None:
    frame = table()
    frame = frame.with_columns(pl.lit(bad, dtype=frame.schema[column]).alias(column))
    with pytest.raises(DataError) as caught:
        assessed(frame, name, task="auto" if name != "number" else "number")
    assert says in str(caught.value)
    assert caught.value.hint


def test_too_many_and_too_few_classes() -> None:
    frame = pl.DataFrame({"y": [f"v{i}" for i in range(2000)], "p": [f"v{i}" for i in range(2000)]})
    with pytest.raises(DataError, match="2000 different labels are too many"):
        assess_predictions(frame, label="y", score="p")
    same = pl.DataFrame({"y": ["a", "a"], "p": ["a", "a"]})
    with pytest.raises(DataError, match="all 2 labels and decisions are 'a'"):
        assess_predictions(same, label="y", score="p", task="classes")


@pytest.mark.parametrize("name", NAMED)
def test_awkward_columns_end_as_findings(name: str) -> None:
    frame = table().with_columns(
        row=pl.int_range(pl.len()).cast(pl.String),
        same=pl.lit("x"),
        lonely=pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("one")).otherwise(pl.lit("rest")),
        gone=NONE.cast(pl.String),
        lists=pl.concat_list("money", "estimate") if name != "number" else pl.lit([1.0]),
    )
    result = assessed(frame, name, protected=["row", "same", "lonely", "gone", "sex"])
    json.dumps([one.to_json() for one in result.findings], allow_nan=False)
    refused = [one for one in result.findings if one.verdict is Verdict.NOT_RUN]
    assert {one.subject for one in refused} <= {"row"}
    assert any(one.subject == "sex" and one.value is not None for one in result.findings) or (
        name == "ranking"
    )


FEW = {f"{n} rows": table().head(n) for n in (3, 5)}
CONSTANT = table().with_columns(
    p_a=pl.lit(0.2), p_b=pl.lit(0.3), p_c=pl.lit(0.5), said=pl.lit("a"),
    estimate=pl.lit(1.0), score=pl.lit(0.0),
)  # fmt: skip
ONE = (pl.int_range(pl.len()) == 0).cast(pl.Int64)
RARE = table().with_columns(
    kind=pl.when(ONE == 1).then(pl.lit("b")).otherwise(pl.lit("a")), y_a=ONE, relevance=ONE
)
SAME = table().with_columns(
    kind=pl.lit("a"), y_a=0, y_b=0, y_c=0, money=pl.lit(5.0), relevance=pl.lit(0)
)  # fmt: skip
PERFECT = table().with_columns(estimate="money", score="relevance", said="kind")
ODD = FEW | {"constant": CONSTANT, "rare": RARE, "same": SAME, "perfect": PERFECT}


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("odd", ODD)
def test_odd_tables_end_as_findings(name: str, odd: str) -> None:
    task = "classes" if name == "hard" else name
    findings = assessed(ODD[odd], name, task=task).findings
    json.dumps([one.to_json() for one in findings], allow_nan=False)
    assert not [one for one in findings if one.verdict is Verdict.NOT_RUN]
    for one in findings:
        if one.value is None:
            assert one.reason != "no limit is set"
        elif one.low is not None and one.high is not None:
            assert one.low - 1e-9 <= one.value <= one.high + 1e-9, one


def test_a_real_table_of_numbers() -> None:
    data = datasets.load_diabetes(as_frame=True)
    frame = pl.from_pandas(data.frame).with_columns(guess=pl.col("bmi") * 900 + 150)
    found = {(one.metric, one.subject): one
             for one in assess_predictions(
                 frame, label="target", score="guess",
                 probes=[one.load() for one in fitting_probes("number").values() if one.ships],
             ).findings}  # fmt: skip
    expected = metrics.r2_score(frame["target"], frame["guess"])
    assert found["r_squared", "all"].value == pytest.approx(expected)


def test_a_decided_class_that_never_occurs_is_a_class_and_wrong() -> None:
    frame = pl.DataFrame({"y": ["a", "b", "c"] * 20, "p": ["a", "b", "d"] * 20})
    found = assess_predictions(frame, label="y", score="p", probes=[class_quality])
    values = {one.metric: one.value for one in found.findings if one.subject == "all"}
    assert (found.kind, values["accuracy"]) == ("classes", pytest.approx(2 / 3))


def test_decisions_none_of_which_is_a_label_are_told() -> None:
    frame = pl.DataFrame({"y": ["a", "b", "c"] * 20, "p": np.linspace(0, 1, 60)})
    with pytest.raises(DataError, match="column p: holds none of the labels"):
        assess_predictions(frame, label="y", score="p")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"task": "number", "threshold": 0.4}, "threshold is given, but the task is number"),
        ({"task": "classes", "positive": "1"}, "positive is given, but the task is classes"),
        ({"task": "decision", "query": "q"}, "query is given, but the task is decision"),
    ],
)
def test_what_would_not_be_read_is_refused(more: dict[str, Any], says: str) -> None:
    frame = pl.DataFrame({"y": [0, 1] * 20, "p": [0, 1] * 20, "q": [1] * 40})
    with pytest.raises(InputError, match=says) as caught:
        assess_predictions(frame, label="y", score="p", **more)
    assert caught.value.hint
