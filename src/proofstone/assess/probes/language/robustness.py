"""Whether answers stand when questions are mistyped or set otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from proofstone.assess.measured import measured, settings
from proofstone.assess.perturb.paired import paired_difference
from proofstone.assess.perturb.topics import most_topics, single_questions
from proofstone.assess.perturb.typos import with_typos
from proofstone.assess.perturb.wording import CHANGES
from proofstone.assess.probes.language.answers import is_right
from proofstone.assess.replies import example, rates, read_replies, subjects
from proofstone.checks.cases import ConversationCase, Question
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.clusters import clustered_wilson
from proofstone.models.assistant.reply import Reply
from proofstone.models.contract import Reply as AskReply
from proofstone.models.conversation import exchange, read_rows, rows_of

_NAME = "robustness"
_TYPOS = "typos"
_WORDING = "wording"


@dataclass(frozen=True)
class _Changed:
    """A question and its changed text; `change` is `typos` or `wording`, `way` how it was made."""

    at: int
    question: Question
    change: str
    way: str
    text: str


@dataclass(frozen=True)
class _Pair:
    """What was answered to a question as it is and as it was changed."""

    changed: _Changed
    before: Reply
    after: Reply

    @property
    def topic(self) -> str:
        """The question's topic."""
        return self.changed.question.topic

    @property
    def language(self) -> str:
        """The question's language."""
        return self.changed.question.language

    @property
    def right(self) -> tuple[bool, bool]:
        """Whether the answer was right before and after."""
        question = self.changed.question
        return is_right(question, self.before), is_right(question, self.after)

    @property
    def flipped(self) -> bool:
        """Whether it came to another outcome."""
        return self.before.outcome != self.after.outcome


def _most_rows(case: ConversationCase) -> int:
    return 2 * 3 * most_topics(settings(case, _NAME))


@probe(
    needs=AskReply,
    rows=_most_rows,
    family="robustness",
    metrics=("typo_quality_drop", "outcome_flip_rate"),
    about=ConversationCase,
)
def robustness(case: ConversationCase, rng: np.random.Generator) -> Probing:
    """What typing errors and other ways to set a question do to its answer.

    20 topics (`topics`) that the knowledge answers in one turn are asked again, in each language:
    once with one to three typing errors, once in small or capital letters, in full width, without
    marks, or in a polite frame, by turns. `typo_quality_drop` is the share of right answers
    before less that after typing errors; `outcome_flip_rate` is the share of all changed questions
    that come to another outcome (answered, handed over, refused).

    Not covered: paraphrases that need understanding, other languages mixed in, speech, and changes
    sought in order to mislead. A wrong answer that becomes another wrong one is no flip.
    """
    places = single_questions(case, most_topics(settings(case, _NAME)), rng)
    asked = read_rows(case.rows)
    texts = {at: asked[at][-1].content for at in places}
    changed = _changes(case, texts, rng)
    first, second = yield (
        Ask(case.rows.take(np.array(places, dtype=np.int64)), AskReply()),
        Ask(rows_of([exchange(one.text) for one in changed]), AskReply()),
    )
    before = dict(zip(places, read_replies(first), strict=True))
    compared = [
        _Pair(one, before[one.at], after)
        for one, after in zip(changed, read_replies(second), strict=True)
    ]
    return [*_drops(case, compared), *_flips(case, compared, texts)]


def _changes(
    case: ConversationCase, texts: dict[int, str], rng: np.random.Generator
) -> list[_Changed]:
    """Each text with typing errors and set otherwise; one that would stay as it is is left out."""
    ways = list(CHANGES)
    topics = list(dict.fromkeys(case.questions[at].topic for at in texts))
    found = []
    for at, text in texts.items():
        question = case.questions[at]
        way = ways[topics.index(question.topic) % len(ways)]
        typed = with_typos(text, rng)
        reset = CHANGES[way](text, question.language)
        found += [
            _Changed(at, question, _TYPOS, _TYPOS, typed),
            _Changed(at, question, _WORDING, way, reset),
        ]
    return [one for one in found if one.text != texts[one.at]]


def _drops(case: ConversationCase, compared: Sequence[_Pair]) -> list[Finding]:
    mistyped = [pair for pair in compared if pair.changed.change == _TYPOS]
    right = np.array([pair.right for pair in mistyped], dtype=bool).reshape(-1, 2)
    topics = np.array([pair.topic for pair in mistyped], dtype=object)
    return [
        measured(
            case,
            _NAME,
            "typo_quality_drop",
            float(right[mask, 0].mean() - right[mask, 1].mean()) if mask.any() else float("nan"),
            partial(paired_difference, right[mask, 0], right[mask, 1], topics[mask]),
            n=int(mask.sum()),
            method=message("Newcombe for pairs, by topic"),
            subject=subject,
            absent=message("no question asks it"),
            details={
                "right_before": int(right[mask, 0].sum()),
                "right_after": int(right[mask, 1].sum()),
            },
        )
        for subject, mask in subjects(mistyped)
    ]


def _flips(
    case: ConversationCase, compared: Sequence[_Pair], texts: dict[int, str]
) -> Iterable[Finding]:
    flags = np.array([pair.flipped for pair in compared], dtype=bool)
    shown = [
        {
            **example(texts[pair.changed.at], pair.before),
            "changed": pair.changed.text[:400],
            "outcome_after": pair.after.outcome,
        }
        for pair in compared
        if pair.flipped
    ]
    details = {"ways": _table(compared)}
    metric = "outcome_flip_rate"
    yield from rates(case, _NAME, metric, flags, compared, examples=shown, details=details)
    topics = np.array([pair.topic for pair in compared], dtype=object)
    for change in (_TYPOS, _WORDING):
        mask = np.array([pair.changed.change == change for pair in compared], dtype=bool)
        if mask.any():
            yield measured(
                case,
                _NAME,
                metric,
                float(flags[mask].mean()),
                partial(clustered_wilson, flags[mask], topics[mask]),
                n=int(mask.sum()),
                method=message("Wilson, by topic"),
                subject=f"change={change}",
            )


def _table(compared: Sequence[_Pair]) -> list[dict[str, Any]]:
    """For each way to change a question how many there were, and what became of them."""
    ways = sorted({pair.changed.way for pair in compared})
    table = []
    for way in ways:
        some = [pair for pair in compared if pair.changed.way == way]
        table.append(
            {
                "way": way,
                "n": len(some),
                "right_before": sum(pair.right[0] for pair in some),
                "right_after": sum(pair.right[1] for pair in some),
                "flipped": sum(pair.flipped for pair in some),
            }
        )
    return table
