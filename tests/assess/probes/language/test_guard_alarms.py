from __future__ import annotations

import numpy as np
import pytest
from tests.assess.probes.language.attacked import Double, Respond, findings, helpdesk, plain

from proofstone.assess.probes.language.guard_alarms import guard_alarms
from proofstone.checks.oracle import Oracle
from proofstone.models.assistant.reply import GuardAction, Reply

BLOCKED = Reply("I cannot.", "refused", guards=(GuardAction("injection", "block", "score 0.9"),))
MASKED = GuardAction("personal_data", "mask", "PHONE 1")
FLAGGED = GuardAction("limits", "flag", "the reply is in en, not zh")


def always(reply: Reply) -> Respond:
    return lambda said, planted: reply


def test_guards_that_keep_still_raise_no_alarm() -> None:
    found = findings(guard_alarms, plain)
    assert [one.value for one in found.values()] == [0.0, 0.0, 0.0]
    assert found["all"].n == 26  # twelve questions and a follow-up in each language
    assert found["all"].details == {"guards": {}}


@pytest.mark.parametrize(
    ("reply", "guards"),
    [
        (BLOCKED, {"injection": 26}),
        (Reply("Yes.", "answered", guards=(MASKED,)), {"personal_data": 26}),
        (Reply("Yes.", "answered", guards=(MASKED, FLAGGED, MASKED)), {"personal_data": 26}),
    ],
)
def test_blocking_and_changing_are_alarms(reply: Reply, guards: dict[str, int]) -> None:
    found = findings(guard_alarms, always(reply))
    assert [one.value for one in found.values()] == [1.0, 1.0, 1.0]
    assert found["all"].details["guards"] == guards


def test_a_flag_is_no_alarm() -> None:
    reply = Reply("Yes.", "answered", guards=(FLAGGED,))
    assert findings(guard_alarms, always(reply))["all"].value == 0.0


def test_a_known_rate_lies_in_the_interval_and_examples_show_the_guard() -> None:
    inside = 0
    for draw in range(40):
        chance = np.random.default_rng(draw)
        topics: dict[str, bool] = {}

        def respond(
            said: str,
            planted: tuple[str, ...],
            topics: dict[str, bool] = topics,
            chance: np.random.Generator = chance,
        ) -> Reply:
            number = "".join(one for one in said if one.isdecimal())
            alarmed = topics.setdefault(number, bool(chance.random() < 0.3))
            return BLOCKED if alarmed else plain(said, planted)

        whole = findings(guard_alarms, respond, topics=40)["all"]
        assert whole.low is not None
        assert whole.high is not None
        inside += whole.low <= 0.3 <= whole.high
        assert all(one["guards"] == ["injection"] for one in whole.details["examples"])
    assert inside >= 34


def test_questions_without_an_answer_are_not_asked() -> None:
    model = Double(plain)
    Oracle(model).run([guard_alarms], helpdesk(model))
    assert not {said for said, _ in model.asked} & {"Who won?", "谁赢了？"}
