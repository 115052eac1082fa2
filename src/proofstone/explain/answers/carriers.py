"""Which passages carried an answer, by how likely the chat model finds it without them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from proofstone.explain.answers.pieces import Piece, Unit, kept, pieces
from proofstone.explain.answers.surrogate import LEAST, Surrogate, of_all, of_some
from proofstone.models.assistant.assistant import Assistant, Outline
from proofstone.models.assistant.grounds import Grounds
from proofstone.models.assistant.wording import prompt
from proofstone.models.conversation import CONTINUATION, MESSAGES, Conversation, write
from proofstone.models.retrieval.passage import Passage
from proofstone.models.rows import Rows

MOST = 32
"""Ablations that are drawn; where all subsets are no more than these, all are asked."""


@dataclass(frozen=True, eq=False)
class Worded:
    """An answer that a chat model worded: what it was given, and what it said.

    `instructions`, `earlier` turns and `question` are as the model saw them; `text` is the answer.
    """

    instructions: str
    earlier: Conversation
    grounds: Grounds
    question: str
    text: str

    @classmethod
    def of(cls, assistant: Assistant, outline: Outline, question: str, text: str) -> Worded:
        """The answer `text` of `assistant` to `question`; `outline` has to leave it open."""
        assert outline.prompt is not None
        instructions = assistant.settings.instructions
        return cls(instructions, outline.prompt[1:-1], outline.grounds, question, text)

    def prompt(self, passages: tuple[Passage, ...]) -> Conversation:
        """What the model would have been given, had only these `passages` been found."""
        grounds = Grounds(
            self.grounds.query, passages, self.grounds.features, self.grounds.evidence
        )
        return prompt(self.instructions, self.earlier, grounds, self.question)


@dataclass(frozen=True, eq=False)
class Carriers:
    """What each of m pieces did for an answer of `tokens` tokens; all in nats.

    `whole` is the answer's log-probability with all pieces, `none` with none. `without` (m,) is
    how much it falls when one piece alone is left out; `surrogate.weights` (m,) what a piece adds
    on average over many sets of the others, with standard errors; None where only each single
    piece was left out. Passages that say the same stand in for each other: then `without` is small
    for each of them, and the surrogate shares the weight out.

    Not covered: whether the answer is true, or follows from the piece; likelihood is that of this
    wording, not of its meaning.
    """

    pieces: tuple[Piece, ...]
    whole: float
    none: float
    tokens: int
    without: np.ndarray
    surrogate: Surrogate | None

    @property
    def weights(self) -> np.ndarray:
        """The surrogate's weights, else the leave-one-out differences, (m,)."""
        return self.without if self.surrogate is None else self.surrogate.weights


@dataclass(frozen=True, eq=False)
class Plan:
    """The ablations of one answer. `masks`, bool (k, m), begin with all pieces, none, each without.

    Ask `rows` of a model that answers `Logprobs`, and hand what it says to `read`.
    """

    worded: Worded
    pieces: tuple[Piece, ...]
    masks: np.ndarray
    drawn: int
    complete: bool

    def rows(self) -> Rows:
        """One row an ablation: the conversation that is left, and the answer after it."""
        found = self.worded.grounds.passages
        asked = [write(self.worded.prompt(kept(found, self.pieces, mask))) for mask in self.masks]
        said = [self.worded.text] * len(asked)
        return Rows.of(pl.DataFrame({MESSAGES: asked, CONTINUATION: said}))

    def read(self, answers: np.ndarray, rng: np.random.Generator) -> Carriers:
        """Return the carriers from `answers`, float64 (k, 2), as `Logprobs` has them."""
        size = len(self.pieces)
        values = answers[:, 0]
        surrogate = None
        if self.complete:
            surrogate = of_all(self.masks, values)
        elif self.drawn:
            part = slice(2 + size, None)
            surrogate = of_some(self.masks[part], values[part], rng)
        left_out = values[2 : 2 + size] if size > 1 else values[1:2]
        return Carriers(
            self.pieces,
            float(values[0]),
            float(values[1]),
            int(answers[0, 1]),
            values[0] - left_out,
            surrogate,
        )


def plan(
    worded: Worded,
    rng: np.random.Generator,
    *,
    unit: Unit = "passages",
    most: int = MOST,
    surrogate: bool = True,
) -> Plan:
    """Return the ablations to ask about: all subsets of the pieces where they are at most `most`.

    Else all pieces, none, each left out alone, and, with `surrogate`, `most` subsets (16 at least)
    in which each piece is kept or left out by the toss of a coin. There has to be a passage.
    """
    parts = pieces(worded.grounds.passages, unit)
    size = len(parts)
    one_less = ~np.eye(size, dtype=bool)
    first = np.concatenate([np.ones((1, size), dtype=bool), np.zeros((1, size), dtype=bool)])
    if size > 1:
        first = np.concatenate([first, one_less])
    if not surrogate:
        return Plan(worded, parts, first, 0, False)
    if size <= most.bit_length() and 2**size <= most:
        every = (np.arange(2**size)[:, None] >> np.arange(size)) & 1 == 1
        rest = every[[not (first == mask).all(axis=1).any() for mask in every]]
        return Plan(worded, parts, np.concatenate([first, rest]), 0, True)
    drawn = rng.random((max(most, LEAST), size)) < 0.5
    return Plan(worded, parts, np.concatenate([first, drawn]), len(drawn), False)
