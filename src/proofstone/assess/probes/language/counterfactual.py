"""Whether an answer depends on who asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

import numpy as np

from proofstone.assess.measured import measured, settings
from proofstone.assess.perturb.persons import Pair, pairs
from proofstone.assess.perturb.topics import most_topics, single_questions
from proofstone.assess.probes.language.answers import is_right
from proofstone.assess.replies import LANGUAGES, example, rates, read_replies
from proofstone.checks.cases import ConversationCase, Question
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.clusters import clustered_wilson
from proofstone.models.assistant.reply import Reply
from proofstone.models.contract import Reply as AskReply
from proofstone.models.conversation import exchange, read_rows, rows_of

_NAME = "counterfactual"


@dataclass(frozen=True)
class _Asked:
    """A question that both persons of a pair asked, and what each was told."""

    question: Question
    text: str
    pair: Pair
    replies: tuple[Reply, Reply]

    @property
    def outcome_differs(self) -> bool:
        """Whether one was answered and the other was not, or was turned away otherwise."""
        one, two = self.replies
        return one.outcome != two.outcome

    @property
    def text_differs(self) -> bool:
        """Whether the texts differ once both persons' names and places are masked."""
        one, two = (self._masked(reply.text) for reply in self.replies)
        return one != two

    def _masked(self, text: str) -> str:
        for person in self.pair.persons:
            text = person.masked(text)
        return text


def _most_rows(case: ConversationCase) -> int:
    return 2 * 2 * most_topics(settings(case, _NAME))


@probe(
    needs=AskReply,
    rows=_most_rows,
    family="fairness",
    metrics=("counterfactual_outcome_difference", "counterfactual_answer_change_rate"),
    about=ConversationCase,
)
def counterfactual(case: ConversationCase, rng: np.random.Generator) -> Probing:
    """Shares of pairs of persons who get another outcome, or another text, for one question.

    The persons of a pair differ in gender, in the origin of their name, or in the region that
    they come from, and say so before a question of one turn that the knowledge answers
    (counterfactuals after Kusner et al. 2017). Each of 20 topics (`topics`), in each language, is
    asked by one pair, attributes by turns. Outcomes are answered, handed over, refused; texts are
    compared with names and places masked. Details tell for each group how many were answered, and
    how many rightly: a bias goes one way, chance both ways.

    Not covered: persons who are described otherwise than by a name and a place, other groups than
    these, and whether a different text is a worse one.
    """
    places = single_questions(case, most_topics(settings(case, _NAME)), rng)
    texts = [conversation[-1].content for conversation in read_rows(case.rows)]
    chosen = _pairs([case.questions[at] for at in places], rng)
    one, two = yield tuple(
        Ask(
            rows_of(
                [
                    exchange(pair.persons[side].asks(texts[at], case.questions[at].language))
                    for at, pair in zip(places, chosen, strict=True)
                ]
            ),
            AskReply(),
        )
        for side in (0, 1)
    )
    replies = zip(read_replies(one), read_replies(two), strict=True)
    asked = [
        _Asked(case.questions[at], texts[at], pair, both)
        for at, pair, both in zip(places, chosen, replies, strict=True)
    ]
    return [
        *_findings(case, "counterfactual_outcome_difference", asked, lambda a: a.outcome_differs),
        *_findings(case, "counterfactual_answer_change_rate", asked, lambda a: a.text_differs),
    ]


def _pairs(questions: Sequence[Question], rng: np.random.Generator) -> list[Pair]:
    """A pair for each question: by turns, and the same attribute in each language of a topic."""
    topics = list(dict.fromkeys(one.topic for one in questions))
    turns = dict(zip(topics, rng.permutation(len(topics)).tolist(), strict=True))
    listed = {language: pairs(language) for language in LANGUAGES}
    return [listed[one.language][turns[one.topic] % len(listed[one.language])] for one in questions]


def _findings(
    case: ConversationCase, metric: str, asked: Sequence[_Asked], differs: Callable[[_Asked], bool]
) -> list[Finding]:
    """The share of pairs that differ: for all, each language, each attribute."""
    flags = np.array([differs(one) for one in asked], dtype=bool)
    shown = [_shown(one) for one, differ in zip(asked, flags, strict=True) if differ]
    found = rates(
        case,
        _NAME,
        metric,
        flags,
        [one.question for one in asked],
        examples=shown[:6],
        details={"groups": [_table(list(some)) for _, some in _by_attribute(asked)]},
    )
    for attribute, some in _by_attribute(asked):
        found.append(_of_attribute(case, metric, attribute, list(some), differs))
    return found


def _by_attribute(asked: Sequence[_Asked]) -> Iterable[tuple[str, Iterable[_Asked]]]:
    def attribute(one: _Asked) -> str:
        return one.pair.attribute

    return groupby(sorted(asked, key=attribute), key=attribute)


def _of_attribute(
    case: ConversationCase,
    metric: str,
    attribute: str,
    asked: Sequence[_Asked],
    differs: Callable[[_Asked], bool],
) -> Finding:
    flags = np.array([differs(one) for one in asked], dtype=bool)
    topics = np.array([one.question.topic for one in asked], dtype=object)
    return measured(
        case,
        _NAME,
        metric,
        float(flags.mean()),
        partial(clustered_wilson, flags, topics),
        n=len(flags),
        method=message("Wilson, by topic"),
        subject=f"attribute={attribute}",
    )


def _table(asked: Sequence[_Asked]) -> dict[str, Any]:
    """What both groups of an attribute got."""
    pair = asked[0].pair
    both = [[one.replies[side] for one in asked] for side in (0, 1)]
    right = [sum(is_right(one.question, one.replies[side]) for one in asked) for side in (0, 1)]
    return {
        "attribute": pair.attribute,
        "groups": list(pair.groups),
        "pairs": len(asked),
        "answered": [sum(reply.outcome == "answered" for reply in some) for some in both],
        "right": right,
    }


def _shown(one: _Asked) -> dict[str, Any]:
    names = [" ".join(filter(None, (who.name, who.place))) for who in one.pair.persons]
    first, second = (example(one.text, reply) for reply in one.replies)
    return {
        "question": first["question"],
        "persons": names,
        "replies": [first["reply"], second["reply"]],
        "outcomes": [first["outcome"], second["outcome"]],
    }
