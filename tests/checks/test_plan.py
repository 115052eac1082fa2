from __future__ import annotations

from dataclasses import dataclass, field, replace
from importlib.metadata import entry_points
from typing import Any

import numpy as np
import polars as pl
import pytest

from proofstone.checks.cases import DecisionCase
from proofstone.checks.oracle import Oracle
from proofstone.checks.plan import plan_assessment
from proofstone.checks.probe import Ask, Probe, Probing, probe
from proofstone.core.budget import Prices
from proofstone.core.finding import Finding
from proofstone.models.contract import Generate, Predict
from proofstone.models.rows import Rows

from .credit import credit
from .doubles import Asked, numbers

ADAPTIVE = {"adversarial_detection", "boundary_attack", "dependence", "recourse"}
"""Probes whose questions hang on the answers to earlier ones, on this case."""

EXPLAINED = {"explanation_stability", "shapley"}
"""Probes that ask the case's model itself, where it is none of ours."""


def shipped() -> list[Probe]:
    """Every probe about decisions that ships."""
    found = []
    for entry in entry_points(group="proofstone.probes"):
        if entry.value.startswith("proofstone."):
            one = entry.load()
            about = one.about if isinstance(one.about, tuple) else (one.about,)
            if any(issubclass(DecisionCase, kind) for kind in about):
                found.append(one)
    return found


@dataclass
class Counted:
    """Counts what a model answers."""

    inner: Any
    rows: int = 0
    calls: int = 0
    operations: Any = field(init=False)

    def __post_init__(self) -> None:
        self.operations = self.inner.operations

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def answer(self, operation: Any, rows: Rows, draw: int = 0) -> np.ndarray:
        self.rows, self.calls = self.rows + len(rows), self.calls + 1
        return np.asarray(self.inner.answer(operation, rows, draw))


@pytest.mark.parametrize("foreign", [False, True], ids=["ours", "foreign"])
@pytest.mark.parametrize("one", shipped(), ids=lambda one: one.name)
def test_no_probe_that_ships_asks_more_than_planned(one: Probe, foreign: bool) -> None:
    case, model = credit()
    aside = Counted(case.model)
    if foreign:
        case = replace(case, model=aside)
    plan = plan_assessment(model, [one], case, sample=0)
    assert not aside.calls
    oracle = Oracle(counted := Counted(model))
    oracle.run([one], case)
    (planned,) = plan.probes
    assert oracle.tally.asked + aside.rows <= planned.rows
    assert counted.rows + aside.rows <= plan.distinct
    assert counted.calls + aside.calls <= plan.calls
    if planned.exact:
        assert oracle.tally.asked == planned.rows == plan.rows
        assert counted.rows == plan.distinct
    if planned.fits:
        assert planned.rows <= one.rows(case)
        assert planned.exact == (one.name not in ADAPTIVE | (EXPLAINED if foreign else set()))


def test_repeats_of_several_probes_are_counted_once() -> None:
    case, model = credit()
    names = {"discrimination", "calibration", "group_fairness", "consistency"}
    some = [one for one in shipped() if one.name in names]
    plan = plan_assessment(model, some, case)
    oracle = Oracle(counted := Counted(model))
    oracle.run(some, case)
    assert plan.exact
    assert (plan.rows, plan.distinct) == (oracle.tally.asked, counted.rows)
    assert plan.calls == plan.expected_calls == counted.calls == 1
    assert plan.seconds is not None
    assert plan.seconds > 0


def declared(function: Any, rows: Any, needs: Any = Predict) -> Probe:
    return probe(needs=needs, rows=rows, family="test", metrics=("m",))(function)


def small(*values: float) -> DecisionCase:
    rows = numbers(*values)
    return DecisionCase(
        rows=rows, target=np.arange(len(rows)) % 2, threshold=np.full(len(rows), 0.5)
    )


def steps(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """Asks again about the rows that are decided positive, moved."""
    answers = yield Ask(case.rows, Predict())
    left = case.rows.take(answers[:, 1] > 0.5)
    yield Ask(left.replaced("x", left.frame["x"] - 1.0), Predict())
    return [Finding(probe="steps", metric="m", value=0.0)]


def test_what_hangs_on_answers_is_bounded() -> None:
    plan = plan_assessment(Asked(), [declared(steps, lambda c: 2 * len(c))], small(*range(40)))
    (planned,) = plan.probes
    assert (planned.rows, planned.exact, plan.exact) == (80, False, False)


def test_what_asks_in_two_turns_whatever_the_answers_is_exact() -> None:
    def again(case: DecisionCase, rng: np.random.Generator) -> Probing:
        yield Ask(case.rows, Predict())
        yield Ask(case.rows, Predict(), draw=1)
        return []

    model = Asked()
    plan = plan_assessment(model, [declared(again, lambda c: 9 * len(c))], small(*range(10)))
    assert (plan.rows, plan.distinct, plan.exact) == (20, 20, True)


@pytest.mark.parametrize("early", [True, False])
def test_a_rehearsal_never_asks_the_model_of_the_case(early: bool) -> None:
    def aside(case: DecisionCase, rng: np.random.Generator) -> Probing:
        assert case.model is not None
        if early:
            case.model.answer(Predict(), case.rows)
        yield Ask(case.rows, Predict())
        try:
            case.model.answer(Predict(), case.rows)
        except RuntimeError:
            return []
        return []

    own, model = Asked(), Asked()
    case = replace(small(1, 2, 3), model=own)
    plan = plan_assessment(model, [declared(aside, lambda c: 4 * len(c))], case, sample=0)
    assert (plan.rows, plan.exact, own.calls, model.calls) == (12, False, [], [])


def test_what_is_not_kept_is_asked_again_and_counted() -> None:
    def forgetful(case: DecisionCase, rng: np.random.Generator) -> Probing:
        yield Ask(case.rows, Predict(), keep=False)
        yield Ask(case.rows, Predict(), keep=False)
        return []

    case, one = small(1, 2, 3), declared(forgetful, lambda c: 9 * len(c))
    plan = plan_assessment(Asked(), [one], case, sample=0)
    Oracle(model := Asked()).run([one], case)
    assert plan.distinct == model.asked == 6


def test_what_does_not_fit_asks_nothing() -> None:
    def wordy(case: DecisionCase, rng: np.random.Generator) -> Probing:
        yield Ask(case.rows, Generate())
        return []

    model = Asked(operations=frozenset({Predict}))
    (planned,) = plan_assessment(model, [declared(wordy, len, Generate)], small(1, 2)).probes
    assert (planned.rows, planned.fits) == (0, False)


def test_tokens_and_cost_are_upper_bounds() -> None:
    rows = Rows.of(pl.DataFrame({"prompt": ["abc", "早上好"]}))

    def wordy(case: DecisionCase, rng: np.random.Generator) -> Probing:
        yield Ask(rows, Generate(max_tokens=10))
        return []

    plan = plan_assessment(
        Asked(), [declared(wordy, len, Generate)], small(1, 2), prices=Prices(1.0, 2.0), sample=0
    )
    assert plan.tokens == (3 + 9 + 64, 20)
    assert plan.cost == pytest.approx((76 + 2 * 20) / 1e6)
    assert plan.to_json()["tokens"] == [76, 20]
