from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.checks.memory import Memory
from proofstone.checks.oracle import Tally
from proofstone.checks.probe import Ask
from proofstone.core.budget import OverBudget
from proofstone.core.errors import Cancelled
from proofstone.models.contract import Generate, Logprobs, Operation, Predict
from proofstone.models.endpoint.errors import EndpointError
from proofstone.models.rows import Rows

from .doubles import Asked, by_x, numbers


class Kept:
    def __init__(self) -> None:
        self.known: dict[str, Any] = {}

    def get(self, keys: Sequence[str]) -> Mapping[str, Any]:
        return {key: self.known[key] for key in keys if key in self.known}

    def put(self, answers: Mapping[str, Any]) -> None:
        self.known |= answers


def memory(model: Asked, recall: Kept | None = None) -> tuple[Memory, Tally]:
    tally = Tally()
    return Memory(model, tally, recall), tally


@given(st.lists(st.lists(st.integers(0, 9), max_size=8), min_size=1, max_size=4))
def test_answers_are_those_of_the_model_row_by_row(parts: list[list[int]]) -> None:
    model = Asked()
    known, tally = memory(model)
    found = known.answer([Ask(numbers(*part), Predict()) for part in parts])
    for part, answer in zip(parts, found, strict=True):
        assert len(answer) == len(part)
        if part:
            assert np.array_equal(answer, by_x(numbers(*part)))
    different = {value for part in parts for value in part}
    assert tally.asked == sum(map(len, parts))
    assert model.asked == tally.answered == len(different)
    assert tally.calls == -(-len(different) // model.batch_size)


def test_answers_cannot_be_changed_by_one_probe_for_another() -> None:
    known, _ = memory(Asked())
    rows = numbers(1, 2)
    first, second = known.answer([Ask(rows, Predict()), Ask(rows, Predict())])
    assert np.array_equal(first, second)
    with pytest.raises(ValueError, match="read-only"):
        first[:] = 0


def test_a_known_row_is_not_asked_again() -> None:
    model = Asked()
    known, _ = memory(model)
    known.answer([Ask(numbers(1, 2), Predict())])
    (again,) = known.answer([Ask(numbers(2, 3, 1), Predict())])
    assert model.asked == 3
    assert np.array_equal(again, by_x(numbers(2, 3, 1)))


def test_another_draw_or_operation_is_another_question() -> None:
    model = Asked()
    known, _ = memory(model)
    rows = numbers(1)
    known.answer([Ask(rows, Predict()), Ask(rows, Predict(), draw=1), Ask(rows, Predict())])
    assert [draw for _, draw, _ in model.calls] == [0, 1]
    prompts = Rows.of(pl.DataFrame({"prompt": ["a", "a"]}))
    known.answer([Ask(prompts, Generate()), Ask(prompts, Generate(max_tokens=3))])
    assert model.asked == 4


def test_rows_of_different_origin_differ_for_a_cross_fitted_model_alone() -> None:
    for by_origin, expected in ((False, 1), (True, 2)):
        model = Asked(by_origin=by_origin)
        memory(model)[0].answer([Ask(numbers(5, 5), Predict())])
        assert model.asked == expected


def test_a_row_whose_null_moves_is_another_row() -> None:
    kinds = {"x": pl.Float64, "y": pl.Float64}
    model = Asked(formula=lambda rows: np.full((len(rows), 2), 0.5))
    rows = Rows.of(pl.DataFrame([(None, 1.0), (1.0, None), (0.0, 1.0)], kinds, orient="row"))
    memory(model)[0].answer([Ask(rows, Predict())])
    assert model.asked == 3


def test_the_order_in_which_probes_ask_changes_no_call() -> None:
    first, second = Ask(numbers(3, 1), Predict()), Ask(numbers(2, 1, 9), Predict())
    one, other = Asked(), Asked()
    memory(one)[0].answer([first, second])
    memory(other)[0].answer([second, first])
    assert [f.rows() for _, _, f in one.calls] == [f.rows() for _, _, f in other.calls]


def test_what_is_not_to_be_kept_is_not_stored() -> None:
    model = Asked()
    known, _ = memory(model)
    once, again = Ask(numbers(1, 2), Predict(), keep=False), Ask(numbers(2, 3), Predict())
    known.answer([once, again])
    assert model.asked == 3
    known.answer([again])
    assert model.asked == 3
    known.answer([once])
    assert model.asked == 4


def test_no_batch_and_no_slice_is_larger_than_its_room() -> None:
    """8 bytes a row: a room of 1,600 takes batches of 44 rows and slices of 11."""
    rows = numbers(*range(1000))
    model = Asked(batch_size=1 << 20)
    tally = Tally()
    known = Memory(model, tally, None, room=1600)
    (found,) = known.answer([Ask(rows, Predict(), keep=False)])
    assert np.array_equal(found, by_x(rows))
    assert max(frame.height for _, _, frame in model.calls) <= 1600 // (1 + 8 + 128)
    assert tally.answered == model.asked == 1000
    known.answer([Ask(rows, Predict(), keep=False)])
    assert model.asked == 2000


@given(
    st.lists(st.lists(st.integers(0, 9), max_size=20), min_size=1, max_size=4),
    st.integers(1, 3000),
    st.lists(st.booleans(), min_size=4, max_size=4),
)
def test_a_small_room_changes_no_answer(
    parts: list[list[int]], room: int, keep: list[bool]
) -> None:
    model = Asked(batch_size=7)
    known = Memory(model, Tally(), None, room=room)
    for _ in range(2):
        asks = [Ask(numbers(*p), Predict(), keep=k) for p, k in zip(parts, keep, strict=False)]
        for part, answer in zip(parts, known.answer(asks), strict=True):
            if part:
                assert np.array_equal(answer, by_x(numbers(*part)))
    kept = {value for part, k in zip(parts, keep, strict=False) if k for value in part}
    before = model.asked
    known.answer([Ask(numbers(*kept), Predict())])
    assert model.asked == before


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        (lambda rows: np.zeros((len(rows) + 1, 2)), "answered 2 of 1 rows"),
        (lambda rows: np.full((len(rows), 2), np.nan), "NaN or infinity for row 0"),
        (lambda rows: np.full((len(rows), 2), np.inf), "NaN or infinity for row 0"),
        (lambda rows: np.full((len(rows), 2), 0.4), r"sum to 0\.8 for row 0"),
        (lambda rows: np.tile([1.5, -0.5], (len(rows), 1)), "not between 0 and 1 for row 0"),
        (lambda rows: np.full((len(rows), 3), 1 / 3), r"answered \(3,\) a row.* says 2"),
        (lambda rows: np.full(len(rows), 0.5), "answered one a row.* says 2"),
        (lambda rows: np.full((len(rows), 2), "no"), "answered no numbers"),
    ],
    ids=["too-many", "nan", "infinite", "sum", "range", "wide", "flat", "texts"],
)
def test_wrong_answers_are_refused(formula: Any, message: str) -> None:
    known, _ = memory(Asked(formula=formula))
    with pytest.raises(ValueError, match=message):
        known.answer([Ask(numbers(1), Predict())])


def test_a_row_that_cannot_be_used_stops_those_alone_who_asked_for_it() -> None:
    def nearly(rows: Rows) -> np.ndarray:
        answers = by_x(rows)
        answers[rows.frame["x"].to_numpy() == 3] = np.nan
        return answers

    model = Asked(formula=nearly)
    known, _ = memory(model)
    fine, bad, again = known.answers(
        [Ask(numbers(*part), Predict()) for part in ((1, 2), (1, 3), (3,))]
    )
    assert np.array_equal(fine, by_x(numbers(1, 2)))
    assert str(bad) == "the model answered NaN or infinity for row 1"
    assert str(again) == "the model answered NaN or infinity for row 0"
    assert model.asked == 3


def test_what_was_answered_before_a_call_failed_is_known() -> None:
    class Failing(Asked):
        def answer(self, operation: Any, rows: Rows, draw: int = 0) -> np.ndarray:
            if len(self.calls) == 2:
                raise OSError("broken pipe")
            return super().answer(operation, rows, draw)

    known, tally = memory(model := Failing(batch_size=3))
    for _ in range(2):
        with pytest.raises(OSError, match="broken pipe"):
            known.answer([Ask(numbers(*range(10)), Predict())])
        assert tally.answered == model.asked == 6


@pytest.mark.parametrize("error", [EndpointError, OverBudget])
def test_an_endpoint_that_is_gone_or_too_dear_is_tried_once_a_turn(error: type[Exception]) -> None:
    tried: list[int] = []

    def gone(rows: Rows) -> np.ndarray:
        tried.append(len(rows))
        raise error("http://here: no more")

    known, _ = memory(Asked(formula=gone))
    for turn in (1, 2):
        for values in ((1, 2), (3,)):
            with pytest.raises(error):
                known.answers([Ask(numbers(*values), Predict())])
        assert len(tried) == turn
        known.forget()
    with pytest.raises(error):
        known.answer([Ask(numbers(1), Predict())])
    assert len(tried) == 3


def test_dear_answers_are_replayed_and_a_stopped_run_goes_on_where_it_was() -> None:
    recall = Kept()
    prompts = Rows.of(pl.DataFrame({"prompt": list("abcdefgh")}))

    class Stopping(Asked):
        def answer(self, operation: Any, rows: Rows, draw: int = 0) -> np.ndarray:
            if len(self.calls) == 1:
                raise KeyboardInterrupt
            return super().answer(operation, rows, draw)

    stopped = Stopping(batch_size=3)
    with pytest.raises(KeyboardInterrupt):
        memory(stopped, recall)[0].answer([Ask(prompts, Generate())])
    resumed = Asked(batch_size=3)
    (answers,) = memory(resumed, recall)[0].answer([Ask(prompts, Generate())])
    assert resumed.asked == 5
    assert answers.tolist() == [f"re: {text}" for text in "abcdefgh"]
    replayed = Asked()
    assert memory(replayed, recall)[0].answer([Ask(prompts, Generate())])[0].tolist() == (
        answers.tolist()
    )
    assert replayed.asked == 0


def test_another_models_answers_are_not_replayed() -> None:
    recall = Kept()
    prompts = Rows.of(pl.DataFrame({"prompt": ["a"]}))
    memory(Asked(id="one"), recall)[0].answer([Ask(prompts, Generate())])
    other = Asked(id="other")
    memory(other, recall)[0].answer([Ask(prompts, Generate())])
    assert other.asked == 1


def test_cheap_answers_are_not_persisted() -> None:
    recall = Kept()
    memory(Asked(), recall)[0].answer([Ask(numbers(1), Predict())])
    assert recall.known == {}


def test_a_dear_models_predictions_are_persisted_but_for_those_that_cannot_be_used() -> None:
    class Dear(Asked):
        costly = True

    def nearly(rows: Rows) -> np.ndarray:
        answers = by_x(rows)
        answers[rows.frame["x"].to_numpy() == 3] = np.nan
        return answers

    recall = Kept()
    _, bad = memory(Dear(formula=nearly), recall)[0].answers(
        [Ask(numbers(1, 2), Predict()), Ask(numbers(3), Predict())]
    )
    assert isinstance(bad, ValueError)
    (found,) = memory(model := Dear(), recall)[0].answer([Ask(numbers(1, 2, 3), Predict())])
    assert model.asked == 1
    assert np.array_equal(found, by_x(numbers(1, 2, 3)))


class Sure(Asked):
    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        self.calls.append((operation, draw, rows.frame))
        return np.tile([-1.5, 2.0], (len(rows), 1))


def test_dear_numbers_come_back_as_numbers() -> None:
    recall = Kept()
    rows = Rows.of(pl.DataFrame({"prompt": ["a", "b"]}))
    for asked in (2, 0):
        model = Sure()
        (found,) = memory(model, recall)[0].answer([Ask(rows, Logprobs())])
        assert found.dtype == np.float64
        assert found.tolist() == [[-1.5, 2.0], [-1.5, 2.0]]
        assert model.asked == asked


class InParts(Asked):
    """A dear model that answers a batch in parts of two, and fails on the rows from 4 on."""

    costly = True

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        super().answer(operation, rows, draw)
        if (rows.frame["x"] >= 4).any():
            raise self.failure
        return by_x(rows)

    failure: BaseException = EndpointError("gone")

    def partly(
        self, operation: Operation, rows: Rows, draw: int = 0
    ) -> tuple[np.ndarray, np.ndarray]:
        places = np.flatnonzero(rows.frame["x"].to_numpy() < 4)
        return places, by_x(rows.take(places))


@pytest.mark.parametrize("failure", [EndpointError("gone"), Cancelled(), KeyboardInterrupt()])
def test_what_was_paid_of_a_batch_that_failed_is_kept(failure: BaseException) -> None:
    kept = Kept()
    model = InParts(batch_size=100)
    model.failure = failure
    with pytest.raises(type(failure)):
        memory(model, kept)[0].answer([Ask(numbers(1, 2, 3, 4, 5), Predict())])
    assert len(kept.known) == 3
    again = InParts(batch_size=100)
    [found] = memory(again, kept)[0].answer([Ask(numbers(3, 1, 2), Predict())])
    assert not again.calls
    assert np.array_equal(found, by_x(numbers(3, 1, 2)))


def test_time_and_rows_are_counted_by_operation() -> None:
    known, tally = memory(Asked())
    prompts = Rows.of(pl.DataFrame({"prompt": ["a", "b", "a"]}))
    known.answer([Ask(prompts, Generate()), Ask(numbers(1), Predict())])
    assert tally.answered_of == {"Generate": 2, "Predict": 1}
    assert tally.seconds_of.keys() == {"Generate", "Predict"}
    assert min(tally.seconds_of.values()) > 0
