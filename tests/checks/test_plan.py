from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import entry_points
from typing import Any

import numpy as np
import polars as pl
import pytest
from skl2onnx import to_onnx
from sklearn.ensemble import RandomForestClassifier
from tests.explain.models import made, table

from proofstone.checks.cases import DecisionCase
from proofstone.checks.oracle import Oracle
from proofstone.checks.plan import plan_assessment
from proofstone.checks.probe import Ask, Probe, Probing, probe
from proofstone.core.budget import Prices
from proofstone.core.finding import Finding
from proofstone.models.contract import Generate, Predict
from proofstone.models.foreign.model import ForeignModel
from proofstone.models.foreign.onnx_file import OnnxFile
from proofstone.models.foreign.reading import Reading
from proofstone.models.rows import Rows

from .credit import credit
from .doubles import Asked, numbers

ADAPTIVE = {
    "adversarial_detection", "boundary_attack", "dependence", "gradient_attacks", "recourse",
}  # fmt: skip
"""Probes whose questions hang on the answers to earlier ones, on this case."""


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


@cache
def assessed(kind: str) -> tuple[DecisionCase, Any]:
    """A case of 120 rows, and the model that is asked about it, of one of three kinds."""
    frame, target = table(400)
    seen = frame[120:]
    if kind == "onnx":
        matrix = frame.select("income", "age").fill_null(3.0).cast(pl.Float32)
        forest = RandomForestClassifier(5, max_depth=3, random_state=0)
        forest.fit(matrix[120:].to_numpy(), target[120:])
        content = to_onnx(forest, matrix[:1].to_numpy(), options={"zipmap": False})
        source = OnnxFile(content.SerializeToString(), matrix)
        model: Any = ForeignModel(source, Reading("probabilities", ("no", "yes"), "yes"))
        frame, seen = matrix, matrix[120:]
    else:
        model = made(kind, seen, target[120:])
    case = DecisionCase(
        rows=Rows.of(frame[:120]),
        target=target[:120].astype(np.int64),
        threshold=np.full(120, 0.5),
        protected={"side": np.where(np.arange(120) % 3 == 0, "left", "right")},
        background=Rows(seen[:50], np.arange(120, 170)),
    )
    return case, model


@pytest.mark.parametrize("kind", ["linear", "lightgbm", "onnx"])
@pytest.mark.parametrize("one", shipped(), ids=lambda one: one.name)
def test_no_probe_that_ships_asks_more_than_planned(one: Probe, kind: str) -> None:
    case, model = assessed(kind)
    counted = Counted(model)
    case = replace(case, model=counted if kind == "onnx" else model)
    plan = plan_assessment(counted, [one], case, sample=0)
    assert not counted.calls
    oracle = Oracle(counted)
    oracle.run([one], case)
    (planned,) = plan.probes
    assert oracle.tally.asked <= planned.rows
    assert oracle.tally.answered == counted.rows <= plan.distinct
    assert oracle.tally.calls == counted.calls <= plan.calls
    if planned.exact:
        assert oracle.tally.asked == planned.rows == plan.rows
        assert counted.rows == plan.distinct
    if planned.fits:
        assert planned.rows <= one.rows(case)
        assert planned.exact or one.name in ADAPTIVE


@pytest.mark.parametrize("name", ["shapley", "explanation_stability"])
def test_what_explanations_ask_the_model_itself_counts(name: str) -> None:
    case, model = assessed("onnx")
    (one,) = (one for one in shipped() if one.name == name)
    plan = plan_assessment(model, [one], replace(case, model=model), sample=0)
    assert plan.rows > 5_000
    assert plan.exact
    other = Counted(model)
    apart = plan_assessment(model, [one], replace(case, model=other), sample=0)
    oracle = Oracle(model)
    oracle.run([one], replace(case, model=other))
    assert not plan.probes[0].rows - apart.probes[0].rows
    assert (oracle.tally.asked, other.rows) == (apart.rows, apart.distinct)


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


@pytest.mark.parametrize("same", [True, False])
@pytest.mark.parametrize("early", [True, False])
def test_a_rehearsal_never_asks_the_model_of_the_case(early: bool, same: bool) -> None:
    def aside(case: DecisionCase, rng: np.random.Generator) -> Probing:
        assert case.model is not None
        if early:
            case.model.answer(Predict(), case.rows)
        yield Ask(case.rows, Predict())
        case.model.answer(Predict(), case.rows.replaced("x", case.rows.frame["x"] + 7))
        return []

    model = Asked()
    own = model if same else Asked()
    case, one = replace(small(1, 2, 3), model=own), declared(aside, lambda c: 4 * len(c))
    plan = plan_assessment(model, [one], case, sample=0)
    assert (plan.rows, plan.exact, own.calls, model.calls) == (9 if early else 6, True, [], [])
    oracle = Oracle(model)
    oracle.run([one], case)
    assert (oracle.tally.asked, oracle.tally.answered) == (plan.rows, plan.distinct)


def test_what_is_asked_aside_is_bounded_where_it_hangs_on_answers() -> None:
    def aside(case: DecisionCase, rng: np.random.Generator) -> Probing:
        answers = yield Ask(case.rows, Predict())
        assert case.model is not None
        case.model.answer(Predict(), case.rows.take(answers[:, 1] > 0.5))
        return []

    model = Asked()
    case = replace(small(*range(-9, 9)), model=model)
    plan = plan_assessment(model, [declared(aside, lambda c: 2 * len(c))], case, sample=0)
    assert (plan.rows, plan.exact, model.calls) == (36, False, [])


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
