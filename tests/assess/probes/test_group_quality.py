from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from proofstone.assess.probes.group_quality import group_quality
from proofstone.checks.oracle import Oracle
from proofstone.core.finding import Finding, Verdict

from .cases import by
from .kinds import classes, diabetes, digits, labels, numbers, ranked


def found(case_model: tuple, seed: int = 0) -> dict[tuple[str, str], Finding]:  # type: ignore[type-arg]
    case, model = case_model
    return by(Oracle(model).run([group_quality], case, seed=seed))


def half(n: int) -> np.ndarray:
    return np.where(np.arange(n) % 2, "a", "b").astype(object)


def test_accuracy_by_group_is_that_of_its_rows() -> None:
    target, answers = digits()
    groups = half(len(target))
    quality = found(classes(target, answers, protected={"g": groups}))
    right = answers.argmax(axis=1) == target
    values = [right[groups == one].mean() for one in ("a", "b")]
    assert quality["accuracy", "g=a"].value == pytest.approx(values[0])
    apart = quality["accuracy_difference", "g"]
    assert apart.value == pytest.approx(np.ptp(values))
    assert [one["group"] for one in apart.details["groups"]] == ["a", "b"]


def test_the_class_whose_recall_differs_most_is_named() -> None:
    target, answers = digits()
    groups = half(len(target))
    spoilt = answers.copy()
    lost = (target == 7) & (groups == "b") & (np.arange(len(target)) % 3 > 0)
    spoilt[lost] = np.eye(10)[1]
    one = found(classes(target, spoilt, protected={"g": groups}))["class_recall_difference", "g"]
    right = spoilt.argmax(axis=1) == target
    recalls = [right[(target == 7) & (groups == name)].mean() for name in ("a", "b")]
    assert one.details["class"] == "c7"
    assert one.value == pytest.approx(recalls[0] - recalls[1])
    assert [entry["value"] for entry in one.details["groups"]] == pytest.approx(recalls)
    assert 0.3 < (one.low or 0) < one.value < (one.high or 0)
    even = found(classes(target, answers, protected={"g": groups}))["class_recall_difference", "g"]
    assert (even.low or 0) < 0.02
    alone = found(classes(target, answers, protected={"g": np.full(len(target), "a", object)}))
    assert alone["class_recall_difference", "g"].reason == "no class has rows in two groups"


def test_errors_of_numbers_by_group_have_welchs_interval() -> None:
    target, estimate, sex = diabetes()
    shifted = estimate + 30.0 * (sex == "a")
    quality = found(numbers(target, shifted, protected={"sex": sex}))
    bias = shifted - target
    expected = stats.ttest_ind(bias[sex == "a"], bias[sex == "b"], equal_var=False)
    ends = expected.confidence_interval(0.95)
    one = quality["mean_error_difference", "sex"]
    assert (one.low, one.high) == pytest.approx((ends.low, ends.high), abs=0.8)
    assert quality["mean_absolute_error", "sex=a"].value == pytest.approx(
        np.abs(bias[sex == "a"]).mean()
    )


def test_crossed_columns_and_several_labels() -> None:
    rng = np.random.default_rng(3)
    answers = rng.random((300, 3))
    target = rng.random((300, 3)) < answers
    people = {"g": half(300), "h": rng.choice(["u", "v"], 300).astype(object)}
    quality = found(labels(target, answers, protected=people))
    assert ("hamming_loss_difference", "g × h") in quality
    assert (
        quality["hamming_loss", "g × h=a × u"].n
        == ((people["g"] == "a") & (people["h"] == "u")).sum()
    )


def test_rankings_by_the_group_of_the_query() -> None:
    rng = np.random.default_rng(4)
    query = np.repeat(np.arange(40), 8)
    target = rng.integers(0, 3, 320)
    fair = query % 2 == 0
    score = np.where(fair, target, 0) + rng.normal(size=320)
    of_query = np.where(fair, "a", "b").astype(object)
    quality = found(ranked(target, score, query, protected={"g": of_query, "item": half(320)}))
    one = quality["ndcg_difference", "g"]
    assert one.low is not None
    assert one.low > 0.02
    assert "groups meet within a query" in quality["ndcg_difference", "item"].reason


def test_no_column_too_many_groups_and_groups_of_one_row() -> None:
    target, estimate, _ = diabetes()
    refused = found(numbers(target, estimate))
    assert list(refused) == [
        ("mean_absolute_error_difference", "all"), ("mean_error_difference", "all")
    ]  # fmt: skip
    assert {one.reason for one in refused.values()} == {"no protected column is declared"}
    every = np.arange(len(target)).astype(str).astype(object)
    quality = found(numbers(target, estimate, protected={"id": every, "g": half(len(target))}))
    for metric in ("mean_absolute_error_difference", "mean_error_difference"):
        assert quality[metric, "id"].verdict is Verdict.NOT_RUN
    assert ("mean_error_difference", "g") in quality
    lonely = half(len(target))
    lonely[0] = "c"
    quality = found(numbers(target, estimate, protected={"g": lonely}))
    assert quality["mean_error", "g=c"].n == 1
    assert quality["mean_error", "g=c"].low is None
    assert quality["mean_error_difference", "g"].value is not None
    alone = np.array(["a"] * (len(target) - 1) + ["b"], dtype=object)
    one = found(numbers(target, estimate, protected={"g": alone}))["mean_error_difference", "g"]
    assert (one.value, one.reason) == (None, "fewer than two groups have two rows")


def test_the_same_seed_gives_the_same_ends() -> None:
    target, estimate, sex = diabetes()
    runs = [found(numbers(target, estimate, protected={"sex": sex}), seed=5) for _ in range(2)]
    assert [one.to_json() for one in runs[0].values()] == [
        one.to_json() for one in runs[1].values()
    ]
