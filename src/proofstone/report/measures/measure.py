"""How one metric is told, and what its rows are called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from proofstone.core.i18n import message

Part = Literal[
    "answers", "retrieval", "conduct", "attacks", "guards", "memory",
    "performance", "challenge", "equity", "reasons", "robustness", "privacy", "poison",
]  # fmt: skip
Unit = Literal["rate", "points", "score", "count", "nats", "bits"]


@dataclass(frozen=True)
class Measure:
    """How one metric is told. Texts are message ids.

    `sentence` has the fields `where` (the subject, such as " in English"), `share` (so many of
    100), `value` and `bare` (100 times the value). `counted` says what the rows are. `part` is the
    section of the page that shows it, `greatest` whether more of it is better.
    """

    part: Part
    kind: Unit
    greatest: bool
    counted: str
    name: str
    meaning: str
    sentence: str

    @property
    def shares(self) -> bool:
        """Whether the sentence tells so many of 100."""
        return "{share}" in self.sentence


QUESTIONS = message("{n} questions")
ANSWERS = message("{n} answers")
REPLIES = message("{n} replies")
SENTENCES = message("{n} sentences")
ATTEMPTS = message("{n} attempts")
PAIRS = message("{n} pairs")
SECRETS = message("{n} secrets")
EXAMPLES = message("{n} examples")
