"""Whether each sentence of an answer is supported by a passage that the answer names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from proofstone.assess.grounding.calibration import calibration
from proofstone.assess.grounding.corrected import Counted, lang_reiczigel, rogan_gladen
from proofstone.assess.grounding.grounded import Support, best_support, claims_of
from proofstone.assess.replies import example, rates, read_replies
from proofstone.checks.probe import Ask, ConversationCase, Probing, Question, probe
from proofstone.models.assistant.reply import Reply
from proofstone.models.contract import Reply as AskReply
from proofstone.models.conversation import read_rows

_NAME = "groundedness"


@dataclass(frozen=True)
class _Judged:
    """A sentence of an answer and the support that its named passages give it."""

    at: int
    question: Question
    text: str
    support: Support


@probe(
    needs=AskReply,
    rows=len,
    family="answers",
    metrics=("ungrounded_sentence_rate", "ungrounded_reply_rate"),
    standards=("LLM09:2025",),
)
def groundedness(case: ConversationCase, rng: np.random.Generator) -> Probing:
    """Shares of sentences, and of answers, that the named passages do not support.

    A sentence is supported where the share of its content words that one passage of a named
    section holds reaches a threshold and nothing conflicts: a number or a command that the passage
    lacks, a negation, a foreign word within a quotation. The threshold was fitted on labelled
    sentences; its rates of error on others stand in the details, with the share corrected for them
    (Rogan and Gladen 1978; interval by Lang and Reiczigel 2014, each topic one row).
    `ungrounded_reply_rate` is of answers with at least one unsupported sentence.

    Not covered: whether a passage is true; sentences in quite other words count as unsupported,
    and the passage's own words put together wrongly as supported. Questions and single words in
    an answer are not judged.
    """
    replies = read_replies((yield Ask(case.rows, AskReply())))
    judged = [one for at, reply in enumerate(replies) for one in _judged(case, at, reply)]
    low = _unsupported(judged)
    asked = [conversation[-1].content for conversation in read_rows(case.rows)]
    shown = [
        _shown(one, asked[one.at], replies[one.at])
        for one, flagged in zip(judged, low, strict=True)
        if flagged
    ]
    places = sorted({one.at for one in judged})
    faulty = {one.at for one, flagged in zip(judged, low, strict=True) if flagged}
    about = [one.question for one in judged]
    details = _check_details(case.level, low, about)
    return [
        *rates(
            case,
            _NAME,
            "ungrounded_sentence_rate",
            low,
            about,
            examples=shown,
            details=details,
        ),
        *rates(
            case,
            _NAME,
            "ungrounded_reply_rate",
            np.array([at in faulty for at in places], dtype=bool),
            [case.questions[at] for at in places],
        ),
    ]


def _judged(case: ConversationCase, at: int, reply: Reply) -> Iterator[_Judged]:
    """Yield the sentences of an answer; none where there is no answer."""
    if reply.outcome != "answered":
        return
    named = {(one.document, one.section) for one in reply.sources}
    passages = [one.text for one in case.passages.values() if (one.document, one.section) in named]
    for text in claims_of(reply.text):
        yield _Judged(at, case.questions[at], text, best_support(text, passages))


def _unsupported(judged: Sequence[_Judged]) -> np.ndarray:
    threshold = calibration().threshold
    return np.array([one.support.score < threshold for one in judged], dtype=bool)


def _shown(one: _Judged, question: str, reply: Reply) -> dict[str, Any]:
    """A sentence that nothing supports, as the finding shows it."""
    shown = example(question, reply)
    return shown | {
        "sentence": one.text[:200],
        "share": round(one.support.share, 3),
        "conflicts": list(one.support.conflicts),
    }


def _check_details(level: float, low: np.ndarray, about: Sequence[Question]) -> dict[str, Any]:
    """How good the check is, and the rate of all sentences corrected for that."""
    check = calibration()
    told = {
        "threshold": round(check.threshold, 4),
        "sensitivity": check.sensitivity.to_json(level),
        "specificity": check.specificity.to_json(level),
    }
    if not len(low):
        return {"check": told}
    share = float(low.mean())
    topics = len({one.topic for one in about})
    sizes = [len(set(rate.topics)) for rate in (check.sensitivity, check.specificity)]
    ends = lang_reiczigel(
        Counted(share, topics),
        Counted(check.sensitivity.value, sizes[0]),
        Counted(check.specificity.value, sizes[1]),
        level,
    )
    value = rogan_gladen(share, check.sensitivity.value, check.specificity.value)
    return {"check": told, "corrected": {"value": value, "low": ends.low, "high": ends.high}}
