"""How long replies are, and how many are cut off."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np

from proofstone.assess.measured import measured
from proofstone.assess.replies import example, rates, read_replies, subjects
from proofstone.checks.cases import ConversationCase, Question
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.clusters import clustered_wilson
from proofstone.measures.intervals import UNKNOWN, Interval
from proofstone.models.assistant.reply import Reply
from proofstone.models.contract import Reply as AskReply
from proofstone.models.conversation import read_rows

_NAME = "length"
_SHARE = 0.95


@probe(
    needs=AskReply,
    rows=len,
    family="robustness",
    metrics=("reply_length_p95", "cut_short_rate"),
    standards=("LLM10:2025",),
    about=ConversationCase,
)
def length(case: ConversationCase, rng: np.random.Generator) -> Probing:
    """The length that 95 % of replies keep, in characters, and the share that is cut off.

    The length is of replies of any outcome; the share is of answers, which end at the greatest
    number of tokens instead of by themselves.

    Not covered: how long a reply takes, which depends on the machine; whether it says in its length
    what is needed.
    """
    replies = read_replies((yield Ask(case.rows, AskReply())))
    asked = [conversation[-1].content for conversation in read_rows(case.rows)]
    kept = [at for at, reply in enumerate(replies) if reply.outcome == "answered"]
    cut = np.array([replies[at].finish == "length" for at in kept], dtype=bool)
    shown = [example(asked[at], replies[at]) for at in kept if replies[at].finish == "length"]
    about = [case.questions[at] for at in kept]
    return [
        *_lengths(case, replies),
        *rates(case, _NAME, "cut_short_rate", cut, about, examples=shown),
    ]


def _lengths(case: ConversationCase, replies: Sequence[Reply]) -> list[Finding]:
    """The 95th percentile of characters, for all and for each language."""
    size = np.array([len(reply.text) for reply in replies], dtype=np.float64)
    tokens = np.array([reply.completion_tokens for reply in replies], dtype=np.float64)
    topics = _topics(case.questions)
    return [
        measured(
            case,
            _NAME,
            "reply_length_p95",
            _quantile(size[mask], _SHARE),
            partial(_woodruff, size[mask], topics[mask]),
            n=int(mask.sum()),
            method=message("Woodruff, by topic"),
            subject=subject,
            absent=message("no question asks it"),
            details=_spread(size[mask], tokens[mask]),
        )
        for subject, mask in subjects(case.questions)
    ]


def _topics(questions: Sequence[Question]) -> np.ndarray:
    return np.array([one.topic for one in questions], dtype=object)


def _spread(size: np.ndarray, tokens: np.ndarray) -> dict[str, float]:
    if not len(size):
        return {}
    return {
        "median": _quantile(size, 0.5),
        "longest": float(size.max()),
        "tokens_p95": _quantile(tokens, _SHARE),
    }


def _quantile(values: np.ndarray, share: float) -> float:
    """The least value that at least `share` of `values` do not exceed; nan where there is none."""
    if not len(values):
        return math.nan
    place = math.ceil(share * len(values) - 1e-9)
    return float(np.sort(values)[min(max(place, 1), len(values)) - 1])


def _woodruff(values: np.ndarray, topics: np.ndarray, level: float) -> Interval[float]:
    """Return the interval of the 95th percentile: the values at both ends of its share (1952).

    The share of rows at or below the estimate has an interval; its ends are read off the sample.
    Unknown above where so few topics would often lie below the percentile altogether.
    """
    if not len(values):
        return UNKNOWN
    ends = clustered_wilson(values <= _quantile(values, _SHARE), topics, level)
    bounded = _SHARE ** len(set(topics)) <= (1.0 - level) / 2.0
    high = _quantile(values, ends.high) if bounded else math.nan
    return Interval(_quantile(values, min(ends.low, _SHARE)), high)
