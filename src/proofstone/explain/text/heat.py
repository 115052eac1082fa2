"""What the parts of a text added to its score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Part:
    """The characters from `start` to `end` of a text, and what they added to the log-odds.

    `attention` is the part's share of the encoder's attention rollout, from 0 to 1: a picture of
    where it looked, not of what counted; None for models without attention.
    """

    start: int
    end: int
    value: float
    attention: float | None = None


@dataclass(frozen=True)
class Heat:
    """The parts of `text` in order, those that added nothing left out.

    `base` plus the parts' values is `margin`, the log-odds before calibration, but for `gap`.
    `complete` says whether the gap is within the method's tolerance.
    """

    text: str
    base: float
    margin: float
    parts: tuple[Part, ...]
    method: str
    complete: bool = True

    @property
    def gap(self) -> float:
        """How far `base` and all values together miss the margin."""
        return abs(self.base + sum(part.value for part in self.parts) - self.margin)

    def to_json(self) -> dict[str, Any]:
        """The heat as a JSON object, each part with its words."""
        parts = [
            {
                "start": part.start,
                "end": part.end,
                "text": self.text[part.start : part.end],
                "contribution": part.value,
                "attention": part.attention,
            }
            for part in self.parts
        ]
        return {
            "text": self.text,
            "base": self.base,
            "margin": self.margin,
            "method": self.method,
            "gap": self.gap,
            "complete": self.complete,
            "parts": parts,
        }
