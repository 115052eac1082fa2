"""Which questions of a case are asked again in another way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from proofstone.checks.cases import ConversationCase
from proofstone.models.conversation import read_rows

TOPICS = 20


def most_topics(chosen: Mapping[str, Any]) -> int:
    """The setting `topics`: how many are asked about at most."""
    return int(chosen.get("topics", TOPICS))


def single_questions(case: ConversationCase, most: int, rng: np.random.Generator) -> list[int]:
    """Return the rows of at most `most` topics that the knowledge answers, drawn at random.

    Only questions of one turn are taken that do not test its defences, in every language of their
    topic, in the case's order.
    """
    plain = [
        one.expect == "answer" and one.kind != "adversarial" and len(conversation) == 1
        for one, conversation in zip(case.questions, read_rows(case.rows), strict=True)
    ]
    fit = np.flatnonzero(plain).tolist()
    topics = sorted({case.questions[at].topic for at in fit})
    drawn = rng.permutation(len(topics))[:most]
    kept = {topics[at] for at in drawn}
    return [at for at in fit if case.questions[at].topic in kept]
