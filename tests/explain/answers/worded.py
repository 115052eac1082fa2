"""Passages, an answer, and chat models whose likelihoods are known in closed form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from proofstone.explain.answers.carriers import Worded
from proofstone.models.assistant.grounds import Grounds
from proofstone.models.contract import Feature, Logprobs, Operation, Signature
from proofstone.models.conversation import CONTINUATION, read_rows
from proofstone.models.retrieval.passage import Passage
from proofstone.models.rows import Rows


def passages(*texts: str) -> tuple[Passage, ...]:
    return tuple(
        Passage(f"help#{at}/1", "help", "Help", f"Section {at}", "en", text)
        for at, text in enumerate(texts)
    )


def worded(*texts: str, text: str = "The code is heron.", question: str = "Which code?") -> Worded:
    return Worded("Be brief.", (), Grounds(question, passages(*texts), np.zeros(1), 0.9),
                  question, text)  # fmt: skip


class Additive:
    """Says that an answer is likelier by so many nats for each of these texts in the prompt.

    `together` is added once where all of them are there.
    """

    id = "additive"
    by_origin = False
    batch_size = 8
    operations: ClassVar[frozenset[type[Operation]]] = frozenset({Logprobs})
    signature = Signature((Feature("messages", "text"),), "text")

    def __init__(self, worth: Mapping[str, float], together: float = 0.0) -> None:
        self.worth = worth
        self.together = together
        self.asked: list[str] = []

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        assert isinstance(operation, Logprobs)
        found = []
        for turns, said in zip(read_rows(rows), rows.frame[CONTINUATION], strict=True):
            prompt = turns[-1].content
            self.asked.append(prompt)
            held = [text in prompt for text in self.worth]
            value = sum(self.worth[text] for text, has in zip(self.worth, held, strict=True) if has)
            found.append((-50.0 + value + self.together * all(held), float(len(said.split()))))
        return np.array(found)
