from __future__ import annotations

import numpy as np
import pytest

from proofstone.assess.probes.generation import generation
from proofstone.checks.cases import DecisionCase
from proofstone.core.finding import Verdict
from proofstone.models.contract import Feature, Generate, Operation, Signature
from proofstone.models.conversation import read_rows
from proofstone.models.rows import Rows

from .cases import Formula, recorded, run

QUESTIONS = [
    {"prompt": "Capital of France?", "expect": ["Paris"]},
    {"prompt": "Two and two?", "expect": ["4", "four"]},
    {"prompt": "Colour of snow?", "expect": ["white"]},
]


class Talker:
    operations: frozenset[type[Operation]] = frozenset({Generate})
    by_origin = False
    batch_size = 2
    id = "talker"
    signature = Signature((Feature("messages", "text"),), "text")
    asked: list[Operation]

    def __init__(self) -> None:
        self.asked = []

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        self.asked.append(operation)
        known = {"Capital of France?": "It is PARIS.", "Two and two?": "That makes Four"}
        asked = [conversation[-1].content for conversation in read_rows(rows)]
        return np.array([known.get(text, "green") for text in asked], dtype=object)


def case(settings: dict[str, object]) -> DecisionCase:
    about, _ = recorded(np.array([0]), np.array([0.5]), settings={"generation": settings})
    return about


def test_answers_that_hold_an_accepted_text_match() -> None:
    model = Talker()
    (found,) = run(generation, case({"questions": QUESTIONS, "max_tokens": 5}), model)
    assert found.value == pytest.approx(2 / 3)
    assert found.low < found.value < found.high
    assert found.n == 3
    assert found.details["questions"] == [
        {"prompt": "Capital of France?", "answer": "It is PARIS.", "matched": True},
        {"prompt": "Two and two?", "answer": "That makes Four", "matched": True},
        {"prompt": "Colour of snow?", "answer": "green", "matched": False},
    ]
    assert set(model.asked) == {Generate(max_tokens=5)}


def test_without_questions_and_without_a_text_model() -> None:
    (none,) = run(generation, case({}), Talker())
    assert (none.value, none.reason) == (None, "no question is set")
    about = case({"questions": QUESTIONS})
    (table,) = run(generation, about, Formula(about.rows.frame, lambda f: np.zeros(f.height)))
    assert table.verdict is Verdict.NOT_APPLICABLE
