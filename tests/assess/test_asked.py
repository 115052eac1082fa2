"""A live model of each kind is measured as scikit-learn measures it; bad answers are named."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn import metrics

from proofstone.assess.asked import Table, Terms, assess_asked
from proofstone.assess.predictions import Assessed
from proofstone.assess.probes.class_quality import class_quality
from proofstone.assess.probes.decision_rates import decision_rates
from proofstone.assess.probes.discrimination import discrimination
from proofstone.assess.probes.group_fairness import group_fairness
from proofstone.assess.probes.label_quality import label_quality
from proofstone.assess.probes.nondeterminism import nondeterminism
from proofstone.assess.probes.number_error import number_error
from proofstone.assess.probes.probability import probability
from proofstone.assess.probes.ranking_quality import ranking_quality
from proofstone.assess.probes.shapley import shapley
from proofstone.assess.probes.weak_slices import weak_slices
from proofstone.checks.gate import judge
from proofstone.checks.probe import Probe
from proofstone.core.errors import DataError, InputError
from proofstone.core.finding import Finding, Verdict
from proofstone.core.project.schema import Gate
from proofstone.models.foreign.model import ForeignModel
from proofstone.models.foreign.objects import Called
from proofstone.models.foreign.reading import Reading

N = 240
RNG = np.random.default_rng(2)
FRAME = pl.DataFrame(
    {
        "x": RNG.normal(size=N),
        "z": RNG.normal(size=N),
        "sex": RNG.choice(["f", "m"], N),
        "q": np.arange(N) // 10,
    }
).with_columns(
    y=pl.when(pl.col("x") + pl.Series(RNG.normal(size=N)) > 0)
    .then(pl.lit("yes"))
    .otherwise(pl.lit("no")),
    money=3 * pl.col("x") + pl.Series(RNG.normal(size=N)),
    grade=pl.Series((np.abs(RNG.normal(size=N)) * 2).clip(0, 2).astype(int)),
    one=pl.Series(RNG.integers(0, 2, N)),
    two=pl.Series(RNG.integers(0, 2, N)),
)
INPUTS = FRAME.select("x", "z")
P = 1 / (1 + np.exp(-2 * FRAME["x"].to_numpy()))
DECIDES = Reading("probabilities", ("no", "yes"), "yes")


def model(function: Any, reading: Reading) -> ForeignModel:
    return ForeignModel(Called(function, INPUTS, name="m"), reading)


def sigmoid(rows: pl.DataFrame) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-2 * rows["x"].to_numpy())))


def by(assessed: Assessed) -> dict[str, Finding]:
    return {one.metric: one for one in assessed.findings if one.subject == "all"}


def run(function: Any, reading: Reading, label: Any, *probes: Probe, **more: Any) -> Assessed:
    terms = more.pop("terms", Terms())
    table = Table.of(more.pop("frame", FRAME), label, **more)
    return assess_asked(model(function, reading), table, probes, terms)


def test_decisions() -> None:
    probes = (discrimination, probability, decision_rates, group_fairness)
    assessed = run(sigmoid, DECIDES, "y", *probes, protected=["sex"])
    found, target = by(assessed), (FRAME["y"] == "yes").to_numpy()
    assert found["roc_auc"].value == pytest.approx(metrics.roc_auc_score(target, P), abs=1e-12)
    assert found["log_loss"].value == pytest.approx(metrics.log_loss(target, P), abs=1e-12)
    assert found["selection_rate"].value == pytest.approx((P >= 0.5).mean())
    assert (assessed.kind, assessed.positive, assessed.threshold) == ("decision", "yes", 0.5)
    gaps = [one for one in assessed.findings if one.subject == "sex"]
    assert gaps
    assert assessed.protected == ("sex",)


def test_the_threshold_of_each_row_counts() -> None:
    each = np.where(FRAME["sex"] == "f", 0.2, 0.8)
    assessed = run(sigmoid, DECIDES, "y", decision_rates, terms=Terms(threshold=each))
    assert by(assessed)["selection_rate"].value == pytest.approx((each <= P).mean())
    assert assessed.threshold is None


def test_attributions_compare_with_rows_of_the_table() -> None:
    assessed = run(sigmoid, DECIDES, "y", shapley)
    shares = {one.subject: one.value for one in assessed.findings}
    assert shares["x"] is not None
    assert shares["x"] > 0
    assert shares["z"] == pytest.approx(0, abs=1e-9)


def test_classes() -> None:
    def answer(rows: pl.DataFrame) -> np.ndarray:
        raised = np.exp(np.abs(rows["x"].to_numpy())[:, None] * np.array([-1, 0.1, 0.5]))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True))

    assessed = run(answer, Reading("probabilities", ("0", "1", "2")), "grade", class_quality)
    decided = answer(FRAME).argmax(axis=1)
    expected = metrics.accuracy_score(FRAME["grade"], decided)
    assert by(assessed)["accuracy"].value == pytest.approx(expected)
    assert (assessed.kind, assessed.threshold) == ("classes", None)


def test_labels() -> None:
    def answer(rows: pl.DataFrame) -> np.ndarray:
        return np.stack([sigmoid(rows), 1 - sigmoid(rows)], axis=1)

    assessed = run(answer, Reading("labels", ("one", "two")), "one, two", label_quality)
    truth = FRAME.select("one", "two").to_numpy()
    expected = metrics.hamming_loss(truth, (answer(FRAME) >= 0.5).astype(int))
    assert by(assessed)["hamming_loss"].value == pytest.approx(expected)


def test_numbers_and_rankings() -> None:
    def answer(rows: pl.DataFrame) -> np.ndarray:
        return 3 * rows["x"].to_numpy()

    assessed = run(answer, Reading("number"), "money", number_error)
    expected = metrics.mean_absolute_error(FRAME["money"], 3 * FRAME["x"])
    assert by(assessed)["mean_absolute_error"].value == pytest.approx(expected)
    ranked = run(answer, Reading("number"), "grade", ranking_quality, query="q")
    assert ranked.kind == "ranking"
    scores = [
        metrics.ndcg_score([part["grade"]], [3 * part["x"]], k=10)
        for part in FRAME.partition_by("q")
        if part["grade"].sum() > 0
    ]
    assert by(ranked)["ndcg"].value == pytest.approx(np.mean(scores))


def test_rows_without_a_label_are_left_out_and_counted() -> None:
    holed = FRAME.with_columns(y=pl.when(pl.int_range(N) % 8 == 0).then(None).otherwise("y"))
    assessed = run(sigmoid, DECIDES, "y", discrimination, frame=holed)
    told = by(assessed)["unlabelled_rows"]
    assert (told.verdict, told.n) == (Verdict.NOT_RUN, 30)
    assert (
        told.reason
        == "30 of 240 rows have no label, and were left out (column y, row 0, 8, 16, 24, 32, …)"
    )
    kept = FRAME.filter(pl.int_range(N) % 8 != 0)
    right = metrics.roc_auc_score(kept["y"] == "yes", sigmoid(kept))
    assert by(assessed)["roc_auc"].value == pytest.approx(right)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda rows: np.where(rows["x"].to_numpy() < 9, np.nan, sigmoid(rows)), "NaN or infinity"),
        (lambda rows: sigmoid(rows) + 3, "a probability that is not between 0 and 1"),
        (lambda rows: np.stack([sigmoid(rows)] * 2, axis=1), "probabilities that sum to"),
        (lambda rows: np.stack([sigmoid(rows)] * 3, axis=1), r"answers of shape \(\d+, 3\)"),
        (lambda rows: sigmoid(rows)[:1], r"answers of shape \(1,\)"),
        (lambda rows: rows["nothing"], "ColumnNotFoundError"),
    ],
)
def test_bad_answers_end_as_findings_that_say_why(function: Any, says: str) -> None:
    assessed = run(function, DECIDES, "y", discrimination, probability)
    found = [one for one in assessed.findings if one.metric != "unusable_rows"]
    metrics_of = [*discrimination.metrics, *probability.metrics]
    assert [one.metric for one in found] == metrics_of
    for one in assessed.findings:
        assert (one.verdict, one.value) == (Verdict.NOT_RUN, None)
        assert re.search(says, one.reason)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda rows: np.where(rows["x"].to_numpy() > 1, np.nan, sigmoid(rows)), "NaN or infinity"),
        (
            lambda rows: np.where(rows["x"].to_numpy() > 1, 1.5, sigmoid(rows)),
            "a probability that is not between 0 and 1",
        ),
    ],
)
def test_rows_with_a_bad_answer_are_left_out_and_open_no_gate(function: Any, says: str) -> None:
    assessed = run(
        function, DECIDES, "y", discrimination, weak_slices, decision_rates, protected=["sex"]
    )
    bad = FRAME["x"] > 1
    found, kept = by(assessed), FRAME.filter(~bad)
    left = found["unusable_rows"]
    assert (left.n, left.verdict) == (bad.sum(), Verdict.NOT_RUN)
    rows = bad.arg_true().to_list()
    told = ", ".join(map(str, rows[:5]))
    assert f"{bad.sum()} of 240 rows got an answer that cannot be used" in left.reason
    assert f"(row {told}, …): the model answered {says} for row {rows[0]}" in left.reason
    auc = found["roc_auc"]
    assert auc.value == pytest.approx(metrics.roc_auc_score(kept["y"] == "yes", sigmoid(kept)))
    assert (auc.n, auc.verdict) == (kept.height, Verdict.INCONCLUSIVE)
    assert auc.reason == f"measured without {bad.sum()} of 240 rows, which cannot be used"
    easy, hard = Gate(metric="roc_auc", min=0.1), Gate(metric="roc_auc", min=0.999)
    assert judge(auc, easy).verdict is Verdict.INCONCLUSIVE
    assert judge(auc, easy).reason == auc.reason
    assert judge(auc, hard).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("label", "frame", "says"),
    [
        ("Y", FRAME, "no column named 'Y'"),
        ("", FRAME, "no label column is named"),
        ("y", FRAME.with_columns(y=pl.lit(None, pl.String)), "column y: no row has a label"),
        ("y", FRAME.with_columns(y=pl.lit("yes")), "column y: all 240 labels are 'yes'"),
        ("sex", FRAME, "column sex, row 0: '[fm]' is no class of the model"),
        ("y", FRAME.drop("x"), "no column named 'x'"),
    ],
)
def test_a_table_that_does_not_fit_is_told(label: str, frame: pl.DataFrame, says: str) -> None:
    with pytest.raises(DataError, match=says):
        run(sigmoid, DECIDES, label, discrimination, frame=frame)


def test_a_label_that_is_neither_names_its_row() -> None:
    frame = FRAME.with_columns(two=pl.Series([2] + [0] * (N - 1)))
    reading = Reading("labels", ("one", "two"))
    [left] = run(sigmoid, reading, ["one", "two"], frame=frame).findings
    assert "1 of 240 rows have a label that is neither 0 nor 1" in left.reason
    assert "(column two, row 0)" in left.reason
    with pytest.raises(DataError, match="column two, row 0: 2 is neither 0 nor 1"):
        run(sigmoid, reading, ["one", "two"], frame=FRAME.with_columns(two=pl.lit(2)))


def test_errors_and_rows_name_the_files_rows() -> None:
    holed = FRAME.with_columns(
        y=pl.when(pl.int_range(N) < 3).then(None).when(pl.int_range(N) == 5)
        .then(pl.lit("perhaps")).otherwise("y"),
        money=pl.when(pl.int_range(N) < 3).then(None).when(pl.int_range(N) == 6)
        .then(float("inf")).otherwise("money"),
    )  # fmt: skip
    reasons = [
        one.reason
        for reading, label in ((DECIDES, "y"), (Reading("number"), "money"))
        for one in run(sigmoid, reading, label, frame=holed).findings
    ]
    assert [one for one in reasons if "3 of 240 rows have no label" in one]
    assert any("no class for" in one and "(column y, row 5)" in one for one in reasons)
    assert any("no finite number" in one and "(column money, row 6)" in one for one in reasons)
    whole = holed.with_columns(y=pl.col("y").replace("perhaps", "no"))
    assessed = run(sigmoid, DECIDES, "y", frame=whole)
    assert assessed.case.rows.origin.tolist() == list(range(3, N))

    def broken(rows: pl.DataFrame) -> np.ndarray:
        return np.where(rows["x"] == FRAME["x"][9], np.nan, sigmoid(rows))

    found = by(run(broken, DECIDES, "y", discrimination, frame=whole))["unusable_rows"]
    assert found.reason.endswith("(row 9): the model answered NaN or infinity for row 9")


@pytest.mark.parametrize(
    ("reading", "label", "more", "says"),
    [
        (Reading("number"), "money", {"terms": Terms(threshold=0.4)}, "threshold is given.*number"),
        (DECIDES, "y", {"query": "q"}, "query is given, but the task is decision"),
    ],
)
def test_what_would_not_be_read_is_refused(
    reading: Reading, label: str, more: dict[str, Any], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        run(sigmoid, reading, label, **more)


def test_truth_values_are_labels_of_classes_called_by_numbers() -> None:
    frame = FRAME.with_columns(y=pl.col("y") == "yes")
    assessed = run(sigmoid, Reading("probabilities", ("0", "1"), "1"), "y", frame=frame)
    assert assessed.case.target.sum() == frame["y"].sum()  # type: ignore[attr-defined]


def test_a_threshold_that_is_none_is_told() -> None:
    with pytest.raises(InputError, match="not between 0 and 1"):
        run(sigmoid, DECIDES, "y", discrimination, terms=Terms(threshold=1.5))


def test_answers_that_change_each_time_are_a_finding_and_the_rest_goes_on() -> None:
    dice = np.random.default_rng(7)

    def answer(rows: pl.DataFrame) -> np.ndarray:
        return np.asarray(np.clip(sigmoid(rows) + dice.normal(0, 0.01, len(rows)), 0, 1))

    changing = by(run(answer, DECIDES, "y", nondeterminism, discrimination))
    assert changing["answer_change_rate"].value is not None
    assert changing["answer_change_rate"].value > 0.9
    assert changing["roc_auc"].value is not None
    steady = by(run(sigmoid, DECIDES, "y", nondeterminism))
    assert steady["answer_change_rate"].value == 0.0
