"""Coverage of conformal sets: what was promised holds, and where it cannot hold it is said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from proofstone.assess.probes.conformal import conformal
from proofstone.checks.oracle import Oracle
from proofstone.core.finding import Finding, Verdict

from .cases import by, real, recorded
from .kinds import classes, diabetes, digits, numbers


def found(case_model: tuple[Any, Any], seed: int = 0) -> dict[tuple[str, str], Finding]:
    case, model = case_model
    return by(Oracle(model).run([conformal], case, seed=seed))


def test_a_real_table_of_decisions_is_covered_as_promised() -> None:
    frame = real("hmda")
    groups = {"afam": frame["afam"].to_numpy().astype(object)}
    case = recorded(frame["y"].to_numpy(), frame["p"].to_numpy(), protected=groups)
    shares = []
    for seed in range(40):
        one = found(case, seed)["conformal_coverage", "all"]
        low, high = one.details["by_chance"]
        shares.append((one.value, low <= (one.value or 0) <= high))
    assert np.mean([value for value, _ in shares]) == pytest.approx(0.9, abs=0.01)
    assert stats.binomtest(sum(kept for _, kept in shares), 40, 0.95).pvalue > 0.01


def test_the_worst_group_is_named_with_an_interval_for_all_groups() -> None:
    frame = real("hmda")
    groups = frame["afam"].to_numpy().astype(object)
    case = recorded(frame["y"].to_numpy(), frame["p"].to_numpy(), protected={"afam": groups})
    every = found(case)
    least = every["conformal_group_coverage", "afam"]
    each = {name: every["conformal_coverage", f"afam={name}"] for name in ("no", "yes")}
    worst = min(each, key=lambda name: each[name].value or 0)
    assert (least.details["worst"], least.value) == (worst, each[worst].value)
    # Refusals are more frequent among the applicants of the smaller group, and harder to foresee.
    assert worst == "yes"
    assert (least.high or 1) < 0.9
    one = stats.binomtest(round(each["yes"].value * each["yes"].n), each["yes"].n)  # type: ignore[operator]
    assert least.low == pytest.approx(one.proportion_ci(0.975).low, abs=1e-9)


def test_sets_of_several_classes_cover_and_are_small() -> None:
    target, answers = digits()
    every = found(classes(target, answers, settings={"conformal": {"coverage": 0.98}}))
    coverage, size = every["conformal_coverage", "all"], every["conformal_set_size", "all"]
    assert coverage.details["promised"] == 0.98
    # Twenty trees know few probabilities, so many rows share the threshold and are covered too.
    low, high = coverage.details["by_chance"]
    assert low < 0.98 < (coverage.value or 0) < high == 1.0
    assert 1.0 < (size.value or 0) < 3.0
    assert sum(size.details["sizes"].values()) == size.n


def test_adaptive_sets_cover_and_grow_where_the_model_is_unsure() -> None:
    rng = np.random.default_rng(6)
    answers = rng.dirichlet(np.ones(6) * 0.4, 4000)
    target = (answers.cumsum(axis=1) < rng.random((4000, 1))).sum(axis=1)
    every = found(classes(target, answers))
    coverage, size = every["adaptive_coverage", "all"], every["adaptive_set_size", "all"]
    assert coverage.value == pytest.approx(0.9, abs=0.02)
    assert coverage.low <= coverage.value <= coverage.high  # type: ignore[operator]
    assert coverage.n == every["conformal_coverage", "all"].n == 2000
    assert sum(size.details["sizes"].values()) == 2000
    # The sets by one threshold are the smallest that cover as much on average.
    assert size.value > every["conformal_set_size", "all"].value  # type: ignore[operator]
    assert ("adaptive_coverage", "all") not in found(numbers(answers[:, 0], answers[:, 1]))


def test_ranges_of_numbers_cover_with_the_width_that_normal_errors_need() -> None:
    rng = np.random.default_rng(1)
    estimate = rng.normal(size=20_000)
    every = found(numbers(estimate + rng.normal(size=20_000), estimate))
    width = every["conformal_width", "all"]
    assert width.value == pytest.approx(2 * stats.norm.ppf(0.95), abs=0.06)
    assert width.low < width.value < width.high  # type: ignore[operator]
    assert every["conformal_coverage", "all"].value == pytest.approx(0.9, abs=0.01)


def test_a_positive_class_that_comes_first() -> None:
    rng = np.random.default_rng(2)
    score = rng.random(800)
    target = (rng.random(800) < score).astype(int)
    case, model = recorded(target, score)
    other, turned = recorded(1 - target, 1 - score)
    assert found((case, model), 3)["conformal_coverage", "all"].value == (
        found((other, turned), 3)["conformal_coverage", "all"].value
    )


def test_too_few_rows_and_no_probabilities() -> None:
    target, estimate, sex = diabetes()
    few = found(numbers(target[:12], estimate[:12]))["conformal_coverage", "all"]
    assert (few.verdict, few.value) == (Verdict.NOT_APPLICABLE, None)
    assert "6 rows are too few" in few.reason
    truth, answers = digits()
    sure = found(classes(truth, np.eye(10)[answers.argmax(axis=1)]))
    assert "no probabilities" in sure["conformal_coverage", "all"].reason
    alone = found(numbers(target[:1], estimate[:1]))["conformal_coverage", "all"]
    assert alone.value is None
    every = np.arange(len(target)).astype(str).astype(object)
    mixed = found(numbers(target, estimate, protected={"id": every, "sex": sex}))
    assert mixed["conformal_group_coverage", "id"].verdict is Verdict.NOT_RUN
    assert ("conformal_group_coverage", "sex") in mixed
