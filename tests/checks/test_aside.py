"""The case's own model, asked by probes and by explanations out of one memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from proofstone.checks.answers import Unusable
from proofstone.checks.aside import Aside
from proofstone.checks.memory import Memory
from proofstone.checks.oracle import Tally
from proofstone.checks.probe import Ask
from proofstone.core.errors import Cancelled
from proofstone.models.contract import Predict
from proofstone.models.endpoint.errors import EndpointError
from proofstone.models.rows import Rows

from .doubles import Asked, by_x, numbers
from .test_memory import Kept


class Dear(Asked):
    """A model whose answers are worth keeping."""

    costly = True


def aside(model: Asked, recall: Any = None, **more: Any) -> tuple[Aside, Memory, Tally]:
    tally = Tally()
    memory = Memory(model, tally, recall, **more)
    return Aside(model, memory), memory, tally


@pytest.mark.parametrize("recall", [None, Kept()])
def test_a_dear_row_is_asked_for_once_whoever_asks(recall: Any) -> None:
    model = Dear()
    other, memory, tally = aside(model, recall)
    for _ in range(2):
        assert np.array_equal(other.answer(Predict(), numbers(1, 2, 1)), by_x(numbers(1, 2, 1)))
    memory.answer([Ask(numbers(2, 3), Predict())])
    assert (tally.asked, tally.answered, model.asked) == (8, 3, 3)


def test_what_another_run_asked_is_not_asked_again() -> None:
    kept, first, second = Kept(), Dear(), Dear()
    aside(first, kept)[0].answer(Predict(), numbers(1, 2))
    found = aside(second, kept)[0].answer(Predict(), numbers(1, 2, 3))
    assert np.array_equal(found, by_x(numbers(1, 2, 3)))
    assert (first.asked, second.asked) == (2, 1)


def test_what_is_cheap_is_asked_in_batches_and_counted() -> None:
    model = Asked(batch_size=2)
    other, memory, tally = aside(model)
    memory.answer([Ask(numbers(1), Predict())])
    found = other.answer(Predict(), numbers(1, 5, 1))
    assert np.array_equal(found, by_x(numbers(1, 5, 1)))
    assert [frame["x"].to_list() for _, _, frame in model.calls] == [[1], [1, 5], [1]]
    assert (tally.asked, tally.answered, tally.calls) == (4, 4, 3)


def test_what_cannot_be_reached_is_not_tried_again_in_the_same_turn() -> None:
    tried: list[int] = []

    def gone(rows: Rows) -> np.ndarray:
        tried.append(len(rows))
        raise EndpointError("gone")

    other, memory, _ = aside(Dear(formula=gone))
    for _ in range(2):
        with pytest.raises(EndpointError):
            other.answer(Predict(), numbers(1))
    assert tried == [1]
    memory.forget()
    with pytest.raises(EndpointError):
        other.answer(Predict(), numbers(1))
    assert tried == [1, 1]


def test_it_is_cancelled_between_batches() -> None:
    model = Asked(batch_size=2)
    other, _, tally = aside(model, cancelled=lambda: len(model.calls) == 2)
    with pytest.raises(Cancelled):
        other.answer(Predict(), numbers(*range(9)))
    assert tally.answered == 4


def test_an_answer_that_cannot_be_used_is_an_error() -> None:
    other, _, _ = aside(Asked(formula=lambda rows: np.full((len(rows), 2), np.nan)))
    with pytest.raises(Unusable, match="NaN or infinity for row 0"):
        other.answer(Predict(), numbers(1))


def test_everything_else_is_the_models_own() -> None:
    model = Asked()
    other, _, _ = aside(model)
    assert (other.id, other.signature, other.operations) == (
        model.id, model.signature, model.operations,
    )  # fmt: skip
    assert other.answer(Predict(), numbers()).shape == (0, 2)
