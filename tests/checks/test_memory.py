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
from proofstone.models.contract import Generate, Logprobs, Operation, Predict
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
    model = Asked(formula=lambda rows: np.zeros((len(rows), 2)))
    rows = Rows.of(pl.DataFrame([(None, 1.0), (1.0, None), (0.0, 1.0)], kinds, orient="row"))
    memory(model)[0].answer([Ask(rows, Predict())])
    assert model.asked == 3


def test_the_order_in_which_probes_ask_changes_no_call() -> None:
    first, second = Ask(numbers(3, 1), Predict()), Ask(numbers(2, 1, 9), Predict())
    one, other = Asked(), Asked()
    memory(one)[0].answer([first, second])
    memory(other)[0].answer([second, first])
    assert [f.rows() for _, _, f in one.calls] == [f.rows() for _, _, f in other.calls]


def test_what_is_not_to_be_kept_is_forgotten() -> None:
    model = Asked()
    known, _ = memory(model)
    known.answer([Ask(numbers(1), Predict(), keep=False)])
    known.forget()
    known.answer([Ask(numbers(1), Predict())])
    known.forget()
    known.answer([Ask(numbers(1), Predict())])
    assert model.asked == 2


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        (lambda rows: np.zeros((len(rows) + 1, 2)), "answered 2 of 1 rows"),
        (lambda rows: np.full((len(rows), 2), np.nan), "NaN or infinity for row 0"),
        (lambda rows: np.full((len(rows), 2), np.inf), "NaN or infinity for row 0"),
    ],
    ids=["too-many", "nan", "infinite"],
)
def test_wrong_answers_are_refused_and_not_kept(formula: Any, message: str) -> None:
    model = Asked(formula=formula)
    known, _ = memory(model)
    with pytest.raises(ValueError, match=message):
        known.answer([Ask(numbers(1), Predict())])
    model.formula = by_x
    (answer,) = known.answer([Ask(numbers(1), Predict())])
    assert np.array_equal(answer, by_x(numbers(1)))


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
