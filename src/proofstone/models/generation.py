"""What a chat model gives back: a text, why it ended, and how many tokens it took."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Finish = Literal["stop", "length"]
"""`stop`: the model ended its turn or reached a stop text. `length`: it was cut off."""


@dataclass(frozen=True)
class Usage:
    """Tokens that were read and written."""

    prompt_tokens: int
    completion_tokens: int

    def to_json(self) -> dict[str, int]:
        """The usage as chat protocols write it, without their total."""
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
        }


@dataclass(frozen=True)
class Completion:
    """A whole answer."""

    text: str
    finish: Finish
    usage: Usage


@dataclass(frozen=True)
class Piece:
    """A part of an answer as it is written; the last one has no text, but finish and usage."""

    text: str
    finish: Finish | None = None
    usage: Usage | None = None
