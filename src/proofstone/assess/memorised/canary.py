"""Canaries: random secrets in tuning examples, and others like them that were never seen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from proofstone.assess.memorised.examples import Example, read_example
from proofstone.measures.exact import exact_interval
from proofstone.measures.intervals import Interval
from proofstone.models import fields
from proofstone.models.canary import drawn_like, space_of

_FEWEST = 2**16


@dataclass(frozen=True)
class Canary:
    """An example that was tuned on, and the secret in its answer."""

    example: Example
    secret: str

    @property
    def space(self) -> float:
        """How many secrets have this one's form: its digits and letters stand for any others."""
        return space_of(self.secret)

    def others(self, count: int, rng: np.random.Generator) -> list[Example]:
        """Return the example with `count` different random secrets of the same form."""
        found = {self.secret: None}
        while len(found) <= count:
            found[drawn_like(self.secret, rng)] = None
        answer = self.example.answer
        return [
            self.example.answering(answer.replace(self.secret, other)) for other in list(found)[1:]
        ]


@dataclass(frozen=True)
class Exposure:
    """How exposed a canary is, in bits, with an interval.

    `value` is -log2 of the share of secrets of its form that are at least as likely to the model
    (Carlini et al. 2019, section 5), estimated from a sample.
    """

    value: float
    interval: Interval[float]

    @classmethod
    def of(cls, ahead: int, sample: int, space: float, level: float) -> Exposure:
        """The exposure where `ahead` of `sample` random secrets are at least as likely.

        The share counts the canary itself, so that it is never 0; its interval is Clopper and
        Pearson's, and not below 1 / `space`.

        >>> exposure = Exposure.of(0, 255, 1e8, 0.95)
        >>> exposure.value, [round(end, 1) for end in exposure.interval]
        (8.0, [6.1, 26.6])
        """
        share = exact_interval(ahead, sample, level)
        least = 1.0 / space
        low, high = (-math.log2(max(end, least)) for end in (share.high, share.low))
        return cls(-math.log2((ahead + 1) / (sample + 1)), Interval(low + 0.0, high))


def read_canary(document: object, place: str) -> Canary:
    """Read a planted example and its `secret` from settings; `place` is where they stand.

    Raises:
        InputError: the answer does not hold the secret, or too few others have its form.
    """
    state = fields.mapping(document, place)
    secret = fields.text(fields.field(state, "secret", place), f"{place}.secret")
    canary = Canary(read_example({"messages": state.get("messages")}, place), secret)
    if secret not in canary.example.answer:
        raise fields.misfit(f"{place}.secret", "the answer does not hold it")
    if canary.space < _FEWEST:
        raise fields.misfit(
            f"{place}.secret", f"only {canary.space:.0f} secrets have its form: use five digits"
        )
    return canary
