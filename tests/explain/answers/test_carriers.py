from __future__ import annotations

import numpy as np
import pytest

from proofstone.explain.answers.carriers import Carriers, Worded, plan
from proofstone.explain.answers.pieces import Unit
from proofstone.models.contract import Logprobs

from .worded import Additive, worded

TEXTS = ("Doors open at nine.", "The code is heron.", "Parking is free.")


def carriers(
    about: Worded, model: Additive, *, unit: Unit = "passages", most: int = 32
) -> Carriers:
    rng = np.random.default_rng(0)
    planned = plan(about, rng, unit=unit, most=most)
    return planned.read(model.answer(Logprobs(), planned.rows()), rng)


def test_each_passage_gets_what_it_is_worth() -> None:
    model = Additive({"heron": 20.0, "nine": 3.0})
    found = carriers(worded(*TEXTS), model)
    assert found.weights == pytest.approx([3.0, 20.0, 0.0])
    assert found.without == pytest.approx([3.0, 20.0, 0.0])
    assert (found.whole, found.none, found.tokens) == (-27.0, -50.0, 4)
    assert found.surrogate is not None
    assert (found.surrogate.exact, found.surrogate.r2) == (True, pytest.approx(1.0))
    assert len(model.asked) == 8
    assert len(set(model.asked)) == 8


def test_what_says_the_same_stands_in_for_each_other() -> None:
    """Leave-one-out finds neither of two equal passages; the surrogate finds both."""
    found = carriers(worded("The code is heron.", "Heron is the code."), Either())
    assert found.without == pytest.approx([0.0, 0.0])
    assert found.weights == pytest.approx([5.0, 5.0])
    assert found.surrogate is not None
    assert found.surrogate.r2 == pytest.approx(2 / 3)


class Either(Additive):
    """Likelier by ten nats with a passage that names the heron, however many do."""

    def __init__(self) -> None:
        super().__init__({"eron": 10.0})


def test_one_passage_is_all_there_is() -> None:
    found = carriers(worded("The code is heron."), Additive({"heron": 7.0}))
    assert found.weights == pytest.approx([7.0])
    assert found.without == pytest.approx([7.0])


def test_many_sentences_are_drawn() -> None:
    texts = [f"Rule {at} holds. Sign it by day {at}." for at in range(8)]
    texts[5] = "Rule 5 holds. The code is heron."
    found = carriers(worded(*texts), Additive({"heron": 20.0}), unit="sentences", most=48)
    assert found.surrogate is not None
    assert not found.surrogate.exact
    assert len(found.pieces) == 16
    assert int(found.weights.argmax()) == 11
    assert found.weights[11] == pytest.approx(20.0, abs=2.0)
    assert found.without[11] == pytest.approx(20.0)
    assert found.surrogate.r2 > 0.8


def test_without_a_surrogate_each_is_left_out_once() -> None:
    rng = np.random.default_rng(0)
    planned = plan(worded(*TEXTS), rng, surrogate=False)
    model = Additive({"heron": 20.0}, together=1.0)
    found = planned.read(model.answer(Logprobs(), planned.rows()), rng)
    assert len(model.asked) == 5
    assert found.surrogate is None
    assert found.weights.tolist() == [0.0, 21.0, 0.0]


def test_the_whole_prompt_is_the_assistants() -> None:
    model = Additive({"heron": 1.0})
    carriers(worded(*TEXTS), model)
    assert model.asked[0].startswith("Passages:\n\n[1] Doors open at nine.\n\n[2] The code is")
    assert model.asked[0].endswith("Question: Which code?")
