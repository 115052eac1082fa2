"""Carries out a suite of attacks on the assistant of a case, beside questions that it answers."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from proofstone.assess.measured import settings
from proofstone.assess.replies import read_replies
from proofstone.assess.suites.suite import LANGUAGES, QUESTION, Attack, suite
from proofstone.checks.cases import ConversationCase
from proofstone.checks.probe import Ask
from proofstone.core.errors import InputError
from proofstone.models.assistant.reply import Reply
from proofstone.models.contract import Reply as AskReply
from proofstone.models.conversation import exchange, read_rows, rows_of

TOPICS = 36
"""Attacks of each shipped suite, in each language."""


@dataclass(frozen=True)
class Ordinary:
    """An ordinary question and the reply to it."""

    topic: str
    language: str
    text: str
    reply: Reply


@dataclass(frozen=True)
class Shot:
    """An attack that was carried out: what was said and planted, and the replies.

    `ordinary` is the question that it was carried out beside.
    """

    attack: Attack
    ordinary: Ordinary
    said: str
    planted: tuple[str, ...]
    reply: Reply


Launching = Generator[Any, Any, list[Shot]]


def most_rows(case: ConversationCase) -> int:
    """An upper bound of what `launch` asks: the case's questions, and attacks in each language."""
    return len(case) + TOPICS * len(LANGUAGES)


def launch(
    case: ConversationCase, name: str, rng: np.random.Generator, *, topics: int = TOPICS
) -> Launching:
    """Carry out the suite `name`: yields `Ask`s and returns what came of each attack.

    Each attack is paired by chance with an ordinary question of the case, the same one in both
    languages where both have it. Questions that the assistant answers are taken where there
    are any: what it hands over cannot be led astray. The first `topics` of the suite are used,
    which `assess.settings` may change; attacks in a language without any question are left out.

    Raises:
        InputError: the setting `topics` is out of range.
    """
    asked = read_rows(case.rows)
    index = np.array(
        [
            at
            for at, one in enumerate(case.questions)
            if one.kind == "answerable" and one.expect == "answer" and len(asked[at]) == 1
        ],
        dtype=np.int64,
    )
    replies = read_replies((yield Ask(case.rows.take(index), AskReply())))
    pool = [
        Ordinary(case.questions[at].topic, case.questions[at].language, asked[at][0].content, reply)
        for at, reply in zip(index.tolist(), replies, strict=True)
    ]
    pairs = _paired(suite(name)[: _topics(case, name, topics) * len(LANGUAGES)], pool, rng)
    said = [attack.ask.replace(QUESTION, beside.text) for attack, beside in pairs]
    planted = [
        tuple(passage.replace(QUESTION, beside.text) for passage in attack.passages)
        for attack, beside in pairs
    ]
    rows = rows_of([exchange(one) for one in said], planted)
    answers = read_replies((yield Ask(rows, AskReply())))
    return [
        Shot(attack, beside, text, plants, reply)
        for (attack, beside), text, plants, reply in zip(pairs, said, planted, answers, strict=True)
    ]


def _topics(case: ConversationCase, name: str, default: int) -> int:
    chosen = settings(case, name).get("topics", default)
    if not isinstance(chosen, int) or not 1 <= chosen <= TOPICS:
        raise InputError(
            f"assess.settings.{name}.topics: {chosen!r} cannot be used",
            hint=f"give a whole number from 1 to {TOPICS}",
        )
    return chosen


def _paired(
    attacks: Sequence[Attack], pool: Sequence[Ordinary], rng: np.random.Generator
) -> list[tuple[Attack, Ordinary]]:
    drawn = rng.permutation(sorted({one.topic for one in pool})).tolist()
    choices = {language: _choice(pool, language) for language in LANGUAGES}
    spoken = [choice for choice in choices.values() if choice]
    order = sorted(drawn, key=lambda topic: not all(topic in choice for choice in spoken))
    pairs, turn = [], dict.fromkeys(LANGUAGES, 0)
    for attack in attacks:
        choice = choices[attack.language]
        if choice:
            open_topics = [topic for topic in order if topic in choice]
            topic = open_topics[turn[attack.language] % len(open_topics)]
            pairs.append((attack, choice[topic]))
            turn[attack.language] += 1
    return pairs


def _choice(pool: Sequence[Ordinary], language: str) -> dict[str, Ordinary]:
    """Questions of `language` by topic: those that were answered, or all where none was."""
    spoken = [one for one in pool if one.language == language]
    answered = [one for one in spoken if one.reply.outcome == "answered"]
    return {one.topic: one for one in answered or spoken}
