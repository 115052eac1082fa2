from __future__ import annotations

from dataclasses import replace

import numpy as np

from proofstone.assess.perturb.topics import single_questions
from proofstone.checks.cases import ConversationCase, Question
from proofstone.models.conversation import exchange, rows_of

ANSWERABLE = Question(topic="a", language="en", kind="answerable", expect="answer")


def case() -> ConversationCase:
    questions = [
        replace(ANSWERABLE, topic=topic, language=language)
        for topic in ("a", "b", "c", "d")
        for language in ("en", "zh")
    ]
    others = [
        replace(ANSWERABLE, topic="follow-up", kind="multi_turn"),
        replace(ANSWERABLE, topic="attack", kind="adversarial"),
        replace(ANSWERABLE, topic="unknown", kind="unanswerable", expect="handover"),
    ]
    conversations = [exchange("x")] * 8 + [exchange("x", "y", "z"), exchange("x"), exchange("x")]
    return ConversationCase(rows=rows_of(conversations), questions=(*questions, *others))


def test_plain_questions_of_one_turn_are_taken() -> None:
    assert single_questions(case(), 20, np.random.default_rng(0)) == list(range(8))


def test_a_topic_is_taken_in_all_its_languages_and_every_topic_in_turn() -> None:
    drawn = [single_questions(case(), 2, np.random.default_rng(seed)) for seed in range(30)]
    assert all(len(one) == 4 and one == sorted(one) for one in drawn)
    assert all(one[0] + 1 == one[1] and one[2] + 1 == one[3] for one in drawn)
    assert {at for one in drawn for at in one} == set(range(8))
