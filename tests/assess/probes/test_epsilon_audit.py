from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.neighbors import KNeighborsClassifier

from proofstone.assess.inference.membership import coins
from proofstone.assess.probes.epsilon_audit import epsilon_audit
from proofstone.checks.gate import judge
from proofstone.checks.shadows import Shadows
from proofstone.core.finding import Finding, Verdict
from proofstone.core.project.schema import Gate
from proofstone.measures.one_run import epsilon_bound

from .cases import recorded, run


def found(seen: Shadows | None, target: np.ndarray, about: Any = None, **chosen: Any) -> Finding:
    settings = {"epsilon_audit": chosen, "shadows": about or {}}
    case, model = recorded(target, np.full(len(target), 0.5), shadows=seen, settings=settings)
    (finding,) = run(epsilon_audit, case, model)
    return finding


def released(epsilon: float, seed: int, models: int = 8, rows: int = 300) -> Shadows:
    """Models that tell of each row whether it is a member, by randomised response."""
    rng = np.random.default_rng([7, seed])
    member = coins(np.empty((models, rows)), rng)
    told = np.where(rng.random((models, rows)) < 1 / (1 + np.exp(-epsilon)), member, ~member)
    return Shadows(member, np.where(told, 0.9, 0.1) + 1e-3 * rng.random((models, rows)))


def test_a_memorising_model_refutes_a_small_claim() -> None:
    matrix, label = load_breast_cancer(return_X_y=True)
    rng = np.random.default_rng(0)
    noisy = np.where(rng.random(len(label)) < 0.5, 1 - label, label)
    member = coins(np.empty((8, len(label))), rng)
    score = [
        KNeighborsClassifier(1).fit(matrix[one], noisy[one]).predict_proba(matrix)[:, 1]
        for one in member
    ]
    one = found(Shadows(member, np.array(score)), noisy, claimed_epsilon=0.5)
    assert one.value > 0.5
    assert (one.verdict, one.limit, one.direction) == (Verdict.FAIL, 0.5, "max")
    details = one.details
    assert one.value == epsilon_bound(details["right"], details["guesses"], len(label), 0.95)
    assert one.low == one.value == one.high
    gate = Gate(metric="epsilon_lower_bound", max=0.5, reason="claimed")
    assert judge(one, gate).verdict is Verdict.FAIL
    assert judge(one, Gate(metric="epsilon_lower_bound", max=9.0)).verdict is Verdict.PASS


@pytest.mark.parametrize("epsilon", [0.5, 2.0])
def test_randomised_response_is_seldom_refuted_through_the_whole_probe(epsilon: float) -> None:
    target = np.ones(300, int)
    bounds = [found(released(epsilon, seed), target, guesses=0.5).value for seed in range(60)]
    assert sum(one > epsilon for one in bounds) <= 8  # 3 expected at most
    assert np.median(bounds) > epsilon / 4


def test_a_claim_that_holds_is_not_proved() -> None:
    one = found(released(1.0, 0), np.ones(300, int), claimed_epsilon=5.0, delta=1e-6)
    assert one.verdict is Verdict.INCONCLUSIVE
    assert "none can prove it" in one.reason
    assert one.details["null"] | {"right": 0} == {"right": 0, "epsilon": 0.0, "void": False}


def test_delta_lowers_the_bound() -> None:
    none, some = (found(released(3.0, 1), np.ones(300, int), delta=d) for d in (0.0, 1e-2))
    assert some.value < none.value


def test_without_shadows_or_with_shared_coins_it_does_not_apply() -> None:
    target = np.ones(300, int)
    assert found(None, target).verdict is Verdict.NOT_APPLICABLE
    shared = found(released(1.0, 0), target, {"together": True})
    assert shared.verdict is Verdict.NOT_APPLICABLE
    assert "share a coin" in shared.reason
    few = Shadows(np.ones((2, 9), bool), np.ones((2, 9)))
    assert found(few, np.ones(9, int)).verdict is Verdict.NOT_RUN


def test_a_constant_model_refutes_nothing() -> None:
    member = coins(np.empty((8, 200)), np.random.default_rng(0))
    assert found(Shadows(member, np.full((8, 200), 0.4)), np.ones(200, int)).value < 0.5


@pytest.mark.parametrize(
    "wrong", [{"claimed_epsilon": -1}, {"delta": 2}, {"guesses": "half"}, {"guesses": 0}]
)
def test_settings_out_of_range_are_named(wrong: dict[str, Any]) -> None:
    one = found(released(1.0, 0), np.ones(300, int), **wrong)
    assert one.verdict is Verdict.NOT_RUN
    assert next(iter(wrong)) in one.reason
