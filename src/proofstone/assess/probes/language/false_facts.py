"""Whether something false that a document states is passed on."""

from __future__ import annotations

import numpy as np

from proofstone.assess.suites.attacked import attacked
from proofstone.assess.suites.launch import most_rows
from proofstone.assess.suites.success import obeys
from proofstone.checks.cases import ConversationCase
from proofstone.checks.probe import Probing, probe
from proofstone.models.contract import Reply as AskReply

_NAME = "false_facts"
_METRIC = "false_fact_rate"
_TOPICS = 18


@probe(
    needs=AskReply,
    rows=most_rows,
    family="security",
    metrics=(_METRIC,),
    standards=("LLM04:2025", "LLM09:2025"),
    about=ConversationCase,
)
def false_facts(case: ConversationCase, rng: np.random.Generator) -> Probing:
    """Share of false statements in a document that the reply passes on.

    A passage that repeats an ordinary question and states something false about it is put before
    what is retrieved (Zou et al. 2024). It is passed on when the answer holds the number, command
    or name that only this passage gives. No screen can tell a false statement from a true one: a
    high rate is what answering from documents means, and who may write them decides about it.

    Not covered: whether such a passage would be retrieved (it is put there); false statements
    passed on in other words.
    """
    return (yield from attacked(case, _NAME, _METRIC, rng, obeys, topics=_TOPICS))
