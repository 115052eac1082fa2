from __future__ import annotations

import numpy as np
import pytest

from proofstone.core.errors import InputError
from proofstone.core.project.schema import Task
from proofstone.train.mitigate.constraint import Constraint
from proofstone.train.mitigate.thresholds import check_allowed, group_thresholds


def test_rates_become_equal_and_the_whole_rate_stays() -> None:
    rng = np.random.default_rng(0)
    group = np.array(["a"] * 700 + ["b"] * 300 + ["c"] * 5)
    score = np.clip(rng.beta(2, 5, 1005) + 0.15 * (group == "b"), 0, 1)
    target = rng.random(1005) < score
    for name in ("false_positive_rate", "true_positive_rate", "selection_rate"):
        constraint = Constraint(name)  # type: ignore[arg-type]
        found = group_thresholds(score, target, group, constraint, 0.5)
        limit = np.array([found.get(one, 0.5) for one in group])
        before = constraint.gap(score >= 0.5, target, group).value
        after = constraint.gap(score >= limit, target, group).value
        assert sorted(found) == ["a", "b"]
        assert after < 0.02 < before
        wanted = constraint.rate(score >= 0.5, target)
        assert constraint.rate(score >= limit, target) == pytest.approx(wanted, abs=0.01)


def test_they_need_leave_to_use_the_protected_column() -> None:
    with pytest.raises(InputError, match=r"task\.use_protected forbids"):
        check_allowed(Task(label="y", positive="yes", protected=["a"]))
    check_allowed(Task(label="y", positive="yes", protected=["a"], use_protected=True))
