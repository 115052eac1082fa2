from __future__ import annotations

import numpy as np
import pytest
from fairlearn.metrics import (
    demographic_parity_difference,
    false_positive_rate_difference,
    true_positive_rate_difference,
)

from proofstone.train.mitigate.constraint import Constraint


@pytest.mark.parametrize(
    ("name", "peer"),
    [
        ("false_positive_rate", false_positive_rate_difference),
        ("true_positive_rate", true_positive_rate_difference),
        ("selection_rate", demographic_parity_difference),
    ],
)
def test_gaps_equal_fairlearns(name: str, peer: object) -> None:
    rng = np.random.default_rng(1)
    target, decided = rng.random(600) < 0.4, rng.random(600) < 0.3
    group = rng.choice(["a", "b", "c"], 600)
    gap = Constraint(name).gap(decided, target, group)  # type: ignore[arg-type]
    expected = peer(target, decided, sensitive_features=group)  # type: ignore[operator]
    assert gap.value == pytest.approx(expected, abs=1e-12)


def test_the_standard_error_is_that_of_chance() -> None:
    rng = np.random.default_rng(2)
    group = np.repeat(["a", "b"], [150, 600])
    target = np.zeros(750, dtype=bool)
    constraint = Constraint("false_positive_rate")
    rate = np.where(group == "a", 0.3, 0.1)
    gaps = [constraint.gap(rng.random(750) < rate, target, group) for _ in range(2000)]
    spread = np.std([gap.value for gap in gaps])
    assert np.mean([gap.error for gap in gaps]) == pytest.approx(spread, rel=0.05)


def test_groups_of_few_rows_are_left_alone() -> None:
    group = np.array(["a"] * 40 + ["b"] * 40 + ["c"] * 3)
    target = np.zeros(83, dtype=bool)
    constraint = Constraint("selection_rate")
    assert constraint.comparable(target, group).tolist() == ["a", "b"]
    assert constraint.gap(group == "c", target, group).value == 0
    assert constraint.gap(target[:40], target[:40], group[:40]) == (0.0, 0.0)
