from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from proofstone.checks.cases import DecisionCase
from proofstone.checks.oracle import Oracle
from proofstone.checks.probe import Ask, Probe, Probing, probe
from proofstone.core.errors import DataError
from proofstone.core.finding import Finding, Verdict
from proofstone.models.contract import Generate, Predict
from proofstone.models.endpoint.errors import EndpointError
from proofstone.models.errors import NotRecorded
from proofstone.models.rows import Rows

from .doubles import Asked, by_x, numbers


def case(*values: float) -> DecisionCase:
    rows = numbers(*values)
    target = np.arange(len(rows)) % 2
    return DecisionCase(rows=rows, target=target, threshold=np.full(len(rows), 0.5))


def declared(function: Any, needs: Any = Predict) -> Probe:
    return probe(needs=needs, rows=len, family="test", metrics=("mean",))(function)


def found(name: str, value: float) -> list[Finding]:
    return [Finding(probe=name, metric="mean", value=value)]


@declared
def mean(case: DecisionCase, rng: np.random.Generator) -> Probing:
    answers = yield Ask(case.rows, Predict())
    return found("mean", float(answers[:, 1].mean()))


@declared
def shifted(case: DecisionCase, rng: np.random.Generator) -> Probing:
    before, after = yield (
        Ask(case.rows, Predict()),
        Ask(case.rows.replaced("x", case.rows.frame["x"] + 1), Predict()),
    )
    return found("shifted", float((after - before)[:, 1].mean()))


@declared
def random(case: DecisionCase, rng: np.random.Generator) -> Probing:
    yield Ask(case.rows, Predict())
    return found("random", float(rng.random()))


@declared
def failing(case: DecisionCase, rng: np.random.Generator) -> Probing:
    yield Ask(case.rows, Predict())
    raise ZeroDivisionError("no luck")


def test_probes_share_a_turn_and_each_row_is_answered_once() -> None:
    model = Asked(batch_size=100)
    oracle = Oracle(model)
    mine, other = oracle.run([mean, shifted], case(0, 1, 2))
    scores = by_x(numbers(0, 1, 2, 3))[:, 1]
    assert mine.value == pytest.approx(scores[:3].mean())
    assert other.value == pytest.approx((scores[1:] - scores[:3]).mean())
    assert len(model.calls) == 1
    assert (oracle.tally.asked, oracle.tally.answered) == (9, 4)


def test_findings_come_in_the_order_of_probes_whatever_their_number_of_turns() -> None:
    @declared
    def twice(case: DecisionCase, rng: np.random.Generator) -> Probing:
        yield Ask(case.rows, Predict())
        yield Ask(case.rows, Predict(), draw=1)
        return found("twice", 0.0)

    notes: list[str] = []
    findings = Oracle(Asked()).run([twice, mean], case(1), progress=notes.append)
    assert [one.probe for one in findings] == ["twice", "mean"]
    assert notes == ["questions of turn 1: twice, mean", "questions of turn 2: twice"]


def test_a_probes_random_numbers_depend_on_seed_and_name_alone() -> None:
    (alone,) = Oracle(Asked()).run([random], case(1), seed=7)
    crowded = Oracle(Asked()).run([mean, random, shifted], case(1), seed=7)[1]
    other = Oracle(Asked()).run([random], case(1), seed=8)[0]
    assert alone.value == crowded.value
    assert alone.value != other.value


def test_a_failing_probe_is_not_run_and_the_rest_goes_on() -> None:
    broken, fine = Oracle(Asked()).run([failing, mean], case(1, 2))
    assert broken.verdict is Verdict.NOT_RUN
    assert broken.probe == "failing"
    assert broken.reason == "ZeroDivisionError: no luck"
    assert fine.value is not None


def test_a_probe_that_fails_before_its_first_question() -> None:
    @declared
    def early(case: DecisionCase, rng: np.random.Generator) -> Probing:
        raise DataError("no such column")
        yield

    (finding,) = Oracle(Asked()).run([early], case(1))
    assert (finding.verdict, finding.reason) == (Verdict.NOT_RUN, "no such column")


def test_a_model_that_refuses_one_probes_rows_still_answers_the_others() -> None:
    def recorded(rows: Rows) -> np.ndarray:
        if rows.frame["x"].max() > 2:
            raise NotRecorded("no such row")
        return by_x(rows)

    refused, fine = Oracle(Asked(formula=recorded)).run([shifted, mean], case(0, 1, 2))
    assert (refused.verdict, refused.reason) == (Verdict.NOT_APPLICABLE, "no such row")
    assert fine.value == pytest.approx(by_x(numbers(0, 1, 2))[:, 1].mean())


def test_a_model_of_wrong_shape_fails_each_probe_by_name() -> None:
    findings = Oracle(Asked(formula=lambda rows: np.zeros((1, 2)))).run([mean, shifted], case(1, 2))
    assert [one.verdict for one in findings] == [Verdict.NOT_RUN] * 2
    assert "answered 1 of 2 rows" in findings[0].reason


def test_an_operation_that_the_model_lacks_is_not_applicable() -> None:
    wordy = declared(lambda case, rng: iter(()), needs=Generate)
    (finding,) = Oracle(Asked(operations=frozenset({Predict}))).run([wordy], case(1))
    assert finding.verdict is Verdict.NOT_APPLICABLE
    assert "Generate" in finding.reason


def test_a_turn_without_questions_is_answered_with_none() -> None:
    @declared
    def silent(case: DecisionCase, rng: np.random.Generator) -> Probing:
        answers = yield ()
        return found("silent", float(len(answers)))

    model = Asked()
    assert Oracle(model).run([silent], case(1))[0].value == 0.0
    assert model.calls == []


@pytest.mark.parametrize("question", [None, 3, ("x",)])
def test_what_is_no_question_is_a_finding(question: Any) -> None:
    @declared
    def odd(case: DecisionCase, rng: np.random.Generator) -> Probing:
        yield question
        return []

    broken, fine = Oracle(Asked()).run([odd, mean], case(1))
    assert broken.verdict is Verdict.NOT_RUN
    assert "neither Ask nor Asks" in broken.reason
    assert fine.value is not None


def test_a_probe_may_catch_the_models_error() -> None:
    @declared
    def patient(case: DecisionCase, rng: np.random.Generator) -> Probing:
        try:
            yield Ask(case.rows, Predict())
        except ValueError:
            return found("patient", 1.0)
        return []

    model = Asked(formula=lambda rows: np.full((len(rows), 2), np.nan))
    assert Oracle(model).run([patient], case(1))[0].value == 1.0


def test_what_is_cancelled_keeps_what_was_finished() -> None:
    @declared
    def longer(case: DecisionCase, rng: np.random.Generator) -> Probing:
        yield Ask(case.rows, Predict())
        yield Ask(case.rows, Predict(), draw=1)
        return found("longer", 0.0)

    model = Asked(batch_size=2)
    oracle = Oracle(model, cancelled=lambda: len(model.calls) == 3)
    fine, stopped = oracle.run([mean, longer], case(0, 1, 2, 3))
    assert fine.value is not None
    assert (stopped.verdict, stopped.reason) == (Verdict.NOT_RUN, "cancelled")
    assert len(model.calls) == 3


def test_what_is_cancelled_before_it_began_asks_nothing() -> None:
    model = Asked()
    findings = Oracle(model, cancelled=lambda: True).run([mean, shifted], case(0, 1))
    assert {one.reason for one in findings} == {"cancelled"}
    assert model.calls == []


def test_an_endpoint_that_is_gone_halfway_stops_those_who_need_it_alone() -> None:
    @declared
    def further(case: DecisionCase, rng: np.random.Generator) -> Probing:
        yield Ask(case.rows, Predict())
        answers = yield Ask(case.rows.replaced("x", case.rows.frame["x"] + 9), Predict())
        return found("further", float(answers[:, 1].mean()))

    @declared
    def patient(case: DecisionCase, rng: np.random.Generator) -> Probing:
        yield Ask(case.rows, Predict())
        answers = yield Ask(case.rows, Predict())
        return found("patient", float(answers[:, 1].mean()))

    tried: list[int] = []

    def halfway(rows: Rows) -> np.ndarray:
        if rows.frame["x"].max() > 2:
            tried.append(len(rows))
            raise EndpointError("http://here: no answer in 10 s")
        return by_x(rows)

    findings = Oracle(Asked(formula=halfway)).run([further, patient, mean], case(0, 1, 2))
    gone, *fine = findings
    assert (gone.verdict, gone.reason) == (Verdict.NOT_RUN, "http://here: no answer in 10 s")
    expected = by_x(numbers(0, 1, 2))[:, 1].mean()
    assert [one.value for one in fine] == pytest.approx([expected, expected])
    assert len(tried) == 1


def test_a_row_that_cannot_be_used_is_named_and_the_rest_goes_on() -> None:
    def nearly(rows: Rows) -> np.ndarray:
        answers = by_x(rows)
        answers[rows.frame["x"].to_numpy() > 2] *= 0.5
        return answers

    broken, fine = Oracle(Asked(formula=nearly)).run([shifted, mean], case(0, 1, 2))
    assert broken.verdict is Verdict.NOT_RUN
    assert broken.reason == "the model answered probabilities that sum to 0.5 for row 2"
    assert fine.value is not None
