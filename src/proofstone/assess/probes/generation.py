"""Whether a text model answers plain questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from proofstone.assess.measured import measured, settings
from proofstone.checks.cases import Case
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.intervals import wilson
from proofstone.models.contract import Generate
from proofstone.models.conversation import exchange, rows_of


def _questions(case: Case) -> Sequence[Mapping[str, Any]]:
    return list(settings(case, "generation").get("questions", []))


@probe(
    needs=Generate,
    rows=lambda case: len(_questions(case)),
    family="language",
    metrics=("answer_match_rate",),
    about=Case,
)
def generation(case: Case, rng: np.random.Generator) -> Probing:
    """Share of questions whose answer holds an accepted text, letter case aside.

    `questions` are objects of `prompt` and `expect`, the accepted texts; `max_tokens` bounds an
    answer.

    Not covered: whether the rest of an answer is true, safe or polite.
    """
    questions = _questions(case)
    if not questions:
        return [
            Finding(
                probe="generation",
                metric="answer_match_rate",
                reason=message("no question is set"),
            )
        ]
    rows = rows_of([exchange(str(question["prompt"])) for question in questions])
    operation = Generate(max_tokens=int(settings(case, "generation").get("max_tokens", 32)))
    answers = yield Ask(rows, operation)
    table = [
        {
            "prompt": str(question["prompt"]),
            "answer": str(answer),
            "matched": _matches(str(answer), question["expect"]),
        }
        for question, answer in zip(questions, answers, strict=True)
    ]
    matched = sum(bool(entry["matched"]) for entry in table)
    return [
        measured(
            case,
            "generation",
            "answer_match_rate",
            matched / len(table),
            partial(wilson, float(matched), float(len(table))),
            n=len(table),
            method=message("Wilson"),
            details={"questions": table},
        )
    ]


def _matches(answer: str, accepted: Sequence[str]) -> bool:
    return any(text.casefold() in answer.casefold() for text in accepted)
