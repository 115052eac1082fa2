from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
from tests.models.assistant.desk import PASSAGES, Writer
from tests.models.assistant.desk import desk as assistant

from proofstone.assess.probes.language.attribution import attribution
from proofstone.checks.cases import ConversationCase, Question
from proofstone.core.finding import Verdict
from proofstone.guards.chain import Guards
from proofstone.guards.guard import GuardSettings
from proofstone.guards.guarded import GuardedAssistant
from proofstone.models.contract import Operation
from proofstone.models.conversation import Conversation, exchange, read_rows, rows_of
from proofstone.models.rows import Rows

from .desk import findings

ASKED = ("Where is the signing key?", "When is the help desk open?", "帮助台何时有人值班")
QUOTED = {"signing key?": PASSAGES[1].text, "open?": PASSAGES[2].text}


def quoting(turns: Conversation) -> str:
    """Says a passage word for word, so that it is named as the source."""
    return next(text for end, text in QUOTED.items() if turns[-1].content.endswith(end))


class Telling(Writer):
    """Finds each answer likelier by twelve nats with `worth` of its question in the prompt."""

    def __init__(self, worth: Callable[[str], str]) -> None:
        super().__init__(quoting)
        self.worth = worth

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        prompts = [turns[-1].content for turns in read_rows(rows)]
        held = [self.worth(prompt.rpartition("Question: ")[2]) in prompt for prompt in prompts]
        return np.column_stack([np.where(held, -10.0, -22.0), np.full(len(held), 6.0)])


def guarded(writer: Writer | None) -> GuardedAssistant:
    return GuardedAssistant(assistant(writer), Guards.of(GuardSettings.from_json({}, "guards")))


def case(model: GuardedAssistant) -> ConversationCase:
    languages = ("en", "en", "zh")
    about = [
        Question(topic=f"t{at}", language=language, kind="answerable", expect="answer")
        for at, language in enumerate(languages)
    ]
    rows = rows_of([exchange(one) for one in ASKED])
    return ConversationCase(rows=rows, questions=tuple(about), model=model)


def test_a_source_that_carries_its_answer_counts() -> None:
    model = guarded(Telling(lambda asked: QUOTED[asked.rsplit(" ", 1)[-1]]
                            if asked.endswith("open?") else QUOTED["signing key?"]))  # fmt: skip
    found = findings(attribution, case(model), model)
    rate = found["source_carrier_rate", "all"]
    assert (rate.value, rate.n, rate.standards) == (1.0, 2, ("LLM09:2025",))
    gain = found["context_gain", "all"]
    assert gain.value == pytest.approx(2.0)
    shown = rate.details["examples"]
    assert {one["question"] for one in shown} == set(ASKED[:2])
    for one in shown:
        assert [p["named"] for p in one["passages"]] == [p["weight"] > 1 for p in one["passages"]]
        assert max(p["weight"] for p in one["passages"]) == pytest.approx(12.0)
    assert len(json.dumps(rate.to_json())) < 10_000


def test_a_source_that_does_not_carry_it_does_not_count() -> None:
    model = guarded(Telling(lambda asked: "cannot be replaced" if "key" in asked else "nine"))
    found = findings(attribution, case(model), model)
    assert found["source_carrier_rate", "all"].value == 0.5


def test_an_answer_from_memory_gains_nothing() -> None:
    model = guarded(Telling(lambda asked: asked))
    found = findings(attribution, case(model), model)
    assert found["context_gain", "all"].value == pytest.approx(0.0)
    assert found["source_carrier_rate", "all"].value == 0.0


def test_quotations_are_not_judged() -> None:
    model = guarded(None)
    found = findings(attribution, case(model), model)
    one = found["source_carrier_rate", "all"]
    assert (one.verdict, one.value) == (Verdict.NOT_APPLICABLE, None)
    assert "worded" in one.reason


def test_the_setting_bounds_the_questions() -> None:
    model = guarded(Telling(lambda asked: asked))
    few = ConversationCase(
        rows=case(model).rows, questions=case(model).questions, model=model,
        settings={"attribution": {"questions": 1}},
    )  # fmt: skip
    assert findings(attribution, few, model)["context_gain", "all"].n == 1
    assert attribution.rows(few) == 3 + 22
