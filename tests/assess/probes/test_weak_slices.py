from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy import stats

from proofstone.assess.probes.weak_slices import tail, weak_slices, welch
from proofstone.assess.slices import cuts, search

from .cases import recorded, run
from .kinds import classes, numbers


def table(n: int, rng: np.random.Generator) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "a": rng.normal(size=n),
            "b": rng.exponential(size=n),
            "kind": rng.choice(["p", "q", "r"], n),
            "flag": rng.random(n) < 0.4,
        }
    )


def test_null_data_yields_false_slices_in_at_most_the_promised_share_of_trials() -> None:
    false = 0
    for seed in range(150):
        rng = np.random.default_rng(seed)
        score = rng.beta(1, 6, 800)
        case, model = recorded(rng.random(800) < score, score, table(800, rng))
        false += run(weak_slices, case, model)[0].subject != "all"
    # 5 % of 150 are 7.5; 14 or more would happen by chance in one of fifty worlds.
    assert false <= 13


def test_a_planted_slice_is_found_and_named() -> None:
    rng = np.random.default_rng(5)
    frame = table(3000, rng)
    planted = ((frame["a"] > 0.7) & (frame["kind"] == "q")).to_numpy()
    score = np.where(rng.random(3000) < 0.5, 0.9, 0.1)
    target = rng.random(3000) < np.where(planted, 0.5, score)
    case, model = recorded(target, score, frame)
    first, *others = run(weak_slices, case, model)
    assert first.subject.startswith("a >= 0.")
    assert first.subject.endswith(" and kind = q")
    assert first.details["p_adjusted"] < 0.001
    assert first.details["rows"] == first.n == pytest.approx(planted.sum(), rel=0.15)
    assert first.details["share"] == first.n / 3000
    assert first.details["expected"] < first.low < first.value < first.high
    assert first.level > 0.99
    assert len(others) < 5


def test_none_found_is_one_finding_that_says_so() -> None:
    rng = np.random.default_rng(1)
    score = rng.random(400)
    case, model = recorded(rng.random(400) < score, score, table(400, rng))
    (only,) = run(weak_slices, case, model)
    assert only.subject == "all"
    assert (
        only.reason
        == f"none of {only.details['tried']} slices is worse than the rest beyond chance"
    )
    assert only.value is not None


def test_no_columns_and_no_rows_enough() -> None:
    case, model = recorded(np.array([0, 1] * 10), np.full(20, 0.5))
    (only,) = run(weak_slices, case, model)
    assert "none of 0 slices" in only.reason


def test_p_values_are_scipys() -> None:
    rng = np.random.default_rng(2)
    loss = rng.exponential(size=700)
    parts = cuts(table(700, rng), {})
    found = search(parts, loss, 50)
    inside = [np.all([parts[c].codes == k for c, k in cond], axis=0) for cond in found.conditions]
    expected = [
        stats.ttest_ind(loss[rows], loss[~rows], equal_var=False, alternative="greater").pvalue
        for rows in inside
    ]
    assert np.abs(welch(found, loss) - expected).max() < 1e-3


@pytest.mark.parametrize("df", [20.0, 60.0, 1e4])
@pytest.mark.parametrize("t", [-2.0, 0.0, 1.5, 3.0, 4.5])
def test_the_tail_of_t(t: float, df: float) -> None:
    assert tail(t, df) == pytest.approx(stats.t.sf(t, df), rel=0.03)


def test_a_perfect_model_has_no_weak_slice() -> None:
    rng = np.random.default_rng(3)
    target = rng.integers(0, 2, 300)
    case, model = recorded(target, target.astype(float), table(300, rng))
    (only,) = run(weak_slices, case, model)
    assert only.subject == "all"


def test_false_alarms_about_numbers_stay_below_five_of_hundred() -> None:
    false = 0
    for seed in range(150):
        rng = np.random.default_rng(seed)
        estimate = rng.normal(size=600)
        case, model = numbers(estimate + rng.normal(size=600), estimate, table(600, rng))
        false += run(weak_slices, case, model)[0].subject != "all"
    # 5 % of 150 are 7.5; 14 or more would happen by chance in one of fifty worlds.
    assert false <= 13


def test_planted_slices_of_numbers_and_classes_are_found() -> None:
    rng = np.random.default_rng(6)
    frame = table(2000, rng)
    planted = ((frame["a"] > 0.7) & (frame["kind"] == "q")).to_numpy()
    estimate = rng.normal(size=2000)
    truth = estimate + rng.normal(size=2000) * np.where(planted, 4.0, 1.0)
    first = run(weak_slices, *numbers(truth, estimate, frame))[0]
    assert (first.metric, "kind = q" in first.subject) == ("slice_absolute_error", True)
    inside = np.abs(truth - estimate)[planted].mean()
    assert first.value == pytest.approx(inside, rel=0.15)
    assert "expected" not in first.details
    answers = rng.dirichlet([8, 1, 1], 2000)
    target = np.where(planted, rng.integers(0, 3, 2000), 0)
    first = run(weak_slices, *classes(target, answers, frame))[0]
    assert (first.metric, "kind = q" in first.subject) == ("slice_log_loss", True)
    assert first.details["expected"] < first.low
    decided = np.eye(3)[answers.argmax(axis=1)]
    first = run(weak_slices, *classes(target, decided, frame))[0]
    assert (first.metric, "kind = q" in first.subject) == ("slice_error", True)


def test_a_gates_level_is_corrected_for_the_slices_too() -> None:
    rng = np.random.default_rng(5)
    frame = table(3000, rng)
    planted = ((frame["a"] > 0.7) & (frame["kind"] == "q")).to_numpy()
    score = np.where(rng.random(3000) < 0.5, 0.9, 0.1)
    target = rng.random(3000) < np.where(planted, 0.5, score)
    case, model = recorded(target, score, frame)
    first = run(weak_slices, case, model)[0]
    asked = replace(case, levels={("slice_log_loss", first.subject): 0.999})
    gated = run(weak_slices, asked, model)[0]
    tried = round(0.05 / (1 - first.level))
    assert gated.level == pytest.approx(1 - 0.001 / tried, abs=1e-12)
    ratio = (gated.high - gated.low) / (first.high - first.low)
    ends = [stats.t.ppf((1 + level) / 2, first.n - 1) for level in (gated.level, first.level)]
    assert ratio == pytest.approx(ends[0] / ends[1], rel=1e-5)
