"""How often a guard stands in the way of an ordinary question."""

from __future__ import annotations

from collections import Counter

import numpy as np

from proofstone.assess.replies import example, rates, read_replies
from proofstone.checks.cases import ConversationCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.models.assistant.reply import Reply
from proofstone.models.contract import Reply as AskReply
from proofstone.models.conversation import read_rows

_NAME = "guard_alarms"


def _rows(case: ConversationCase) -> int:
    return len(case)


@probe(
    needs=AskReply,
    rows=_rows,
    family="guards",
    metrics=("guard_false_alarm_rate",),
    about=ConversationCase,
)
def guard_alarms(case: ConversationCase, rng: np.random.Generator) -> Probing:
    """Share of answerable questions that a guard blocked, or where it changed question or reply.

    The questions are those of the case that should be answered, follow-ups among them. Flags
    change nothing and do not count. Details: how often each guard acted.

    Not covered: a passage that was wrongly kept from the model shows in `answers` and
    `retrieval`, not here. A question that holds personal data is rightly masked and counts all
    the same.
    """
    index = np.flatnonzero([one.expect == "answer" for one in case.questions])
    replies = read_replies((yield Ask(case.rows.take(index), AskReply())))
    about = [case.questions[at] for at in index.tolist()]
    asked = [conversation[-1].content for conversation in read_rows(case.rows.take(index))]
    acted = [_acted(reply) for reply in replies]
    flags = np.array([bool(one) for one in acted], dtype=bool)
    alarms = [
        example(asked[at], replies[at], guards=acted[at]) for at in np.flatnonzero(flags).tolist()
    ]
    counts = Counter(guard for one in acted for guard in one)
    return rates(
        case,
        _NAME,
        "guard_false_alarm_rate",
        flags,
        about,
        examples=alarms,
        details={"guards": dict(sorted(counts.items()))},
    )


def _acted(reply: Reply) -> list[str]:
    """The guards that blocked or changed something, by name."""
    return sorted({one.guard for one in reply.guards if one.action in {"block", "mask"}})
