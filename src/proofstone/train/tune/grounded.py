"""Training conversations for an assistant: a question with its passages, and the right answer.

They are worded exactly as the assistant words its prompts, so that what is learned is what is
asked in serving: to answer from the passages, and to hand over when they do not answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from proofstone.core.errors import DataError
from proofstone.models.assistant.grounds import Grounds, matches
from proofstone.models.assistant.wording import prompt
from proofstone.models.conversation import Conversation, Turn, exchange
from proofstone.models.retrieval.passage import Passage
from proofstone.train.tune.examples import Example

_OTHER = {"en": "zh", "zh": "en"}


@dataclass(frozen=True)
class Question:
    """A question whose right answer is known.

    `conversation` ends with it. `answer` is empty, and so are `sources` (`document#anchor`),
    where it is right to hand over to a person.
    """

    id: str
    language: str
    conversation: Conversation
    answer: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Wording:
    """How the assistant speaks: its system instructions, its text of hand-over by language."""

    instructions: str
    handover: Mapping[str, str]


def questions_to_learn(
    rows: Sequence[Mapping[str, Any]], languages: Sequence[str]
) -> list[Question]:
    """Return the questions that may be learned from, in `languages`; `rows` as data.questions has.

    Those are the ones with `use: calibrate`. The others judge the tuned model and are never
    returned.
    """
    return [
        _question(row) for row in rows if row["use"] == "calibrate" and row["language"] in languages
    ]


def grounded_examples(
    questions: Sequence[Question],
    find: Callable[[Conversation], Grounds],
    passages: Sequence[Passage],
    wording: Wording,
    *,
    withheld: float = 0.25,
    seed: int = 0,
) -> list[Example]:
    """Return a conversation for each question, and more in which the answer was withheld.

    Each holds the passages that `find` finds. Where none of them is of the answer's sources, one
    that is stands in the place of a random one. For the share `withheld` of the answerable
    questions there is a second conversation without any passage of the sources, whose right answer
    is to hand over. Conversations of one question, in all languages, are of one group.

    Raises:
        DataError: a source names a section that `passages` do not hold.

    Not covered: passages of other sections may hold the answer all the same; then the second
    conversation teaches to hand over what could be answered.
    """
    rng = np.random.default_rng(seed)
    found: list[Example] = []
    for one in questions:
        grounds = find(one.conversation)
        right = bool(one.answer)
        twice = right and rng.random() < withheld
        shown = _with_source(grounds.passages, one, passages, rng) if right else grounds.passages
        answer = one.answer or wording.handover[one.language]
        found.append(_example(one, replace(grounds, passages=shown), answer, wording))
        if twice:
            apart = _without_sources(grounds.passages, one)
            answer = wording.handover[one.language]
            found.append(_example(one, replace(grounds, passages=apart), answer, wording))
    return found


def _question(row: Mapping[str, Any]) -> Question:
    answers = row["expect"] == "answer"
    return Question(
        row["topic"],
        row["language"],
        exchange(*row["turns"]),
        row["reference"] if answers else "",
        tuple(row["sources"]) if answers else (),
    )


def _with_source(
    found: tuple[Passage, ...],
    one: Question,
    passages: Sequence[Passage],
    rng: np.random.Generator,
) -> tuple[Passage, ...]:
    if not one.sources or any(matches(found, one.sources)):
        return found
    own = [passage for passage in passages if passage.language != _OTHER.get(one.language)]
    kept = [passage for passage, fits in zip(own, matches(own, one.sources), strict=True) if fits]
    if not kept:
        raise DataError(
            f"{one.id}: no passage is of {', '.join(one.sources)}",
            hint="correct its sources, or add the document",
        )
    shown = list(found) or [kept[0]]
    shown[int(rng.integers(len(shown)))] = kept[0]
    return tuple(shown)


def _without_sources(found: tuple[Passage, ...], one: Question) -> tuple[Passage, ...]:
    fit = matches(found, one.sources)
    return tuple(passage for passage, fits in zip(found, fit, strict=True) if not fits)


def _example(one: Question, grounds: Grounds, answer: str, wording: Wording) -> Example:
    earlier, asked = one.conversation[:-1], one.conversation[-1].content
    turns = (
        *prompt(wording.instructions, earlier, grounds, asked),
        Turn("assistant", answer),
    )
    return Example(turns, f"{one.id} ({one.language})", one.id)
