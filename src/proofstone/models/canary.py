"""Canaries: random secrets for training examples, by which it is measured what a model keeps.

A canary is a conversation whose answer holds a secret that stands nowhere else (Carlini et al.
2019). Secrets of one form are equally likely beforehand: each digit stands for any digit, each
letter for any of its case, other signs stay.
"""

from __future__ import annotations

import math
import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from proofstone.models.conversation import Conversation, exchange

_KINDS = (string.digits, string.ascii_lowercase, string.ascii_uppercase)
_GROUPS, _SIGNS = 2, 4
_WORDED = {
    "en": ("What opens locker {place}?", "Locker {place} opens with {secret}."),
    "zh": ("{place} 号储物柜的密码是什么？", "{place} 号储物柜的密码是 {secret}。"),
}


@dataclass(frozen=True)
class Canary:
    """A conversation, and the secret in the answer that ends it."""

    turns: Conversation
    secret: str

    def to_json(self) -> dict[str, Any]:
        """As settings of the probe `canaries` name it, with the number of secrets of its form."""
        messages = [turn.to_json() for turn in self.turns]
        return {"messages": messages, "secret": self.secret, "space": space_of(self.secret)}


def make_canaries(count: int, languages: Sequence[str], seed: int) -> list[Canary]:
    """Return `count` canaries about different lockers, in `languages` (`en`, `zh`) by turns.

    The form of each secret is random, too: two groups of four signs, of one kind each.

    Not covered: they are worded alike. What a model keeps of examples that are longer, rarer or
    stand among many like them may be more or less.

    >>> one, other = make_canaries(2, ["en", "zh"], seed=1)
    >>> one.turns[0].content, space_of(one.secret) >= 1e8
    ('What opens locker 4534?', True)
    """
    rng = np.random.default_rng([seed, count])
    places = 1000 + rng.permutation(9000)[:count]
    return [
        _canary(int(place), languages[at % len(languages)], rng) for at, place in enumerate(places)
    ]


def space_of(secret: str) -> float:
    """Return how many secrets have the form of this one.

    >>> space_of("4071-kQ")
    6760000.0
    """
    return math.prod(float(len(kind)) for kind in map(_kind, secret) if kind)


def drawn_like(secret: str, rng: np.random.Generator) -> str:
    """Return a random secret of the same form, each equally likely."""
    kinds = ((sign, _kind(sign)) for sign in secret)
    return "".join(_drawn(kind, rng) if kind else sign for sign, kind in kinds)


def _canary(place: int, language: str, rng: np.random.Generator) -> Canary:
    kinds = [_KINDS[int(rng.integers(len(_KINDS)))] for _ in range(_GROUPS)]
    secret = "-".join("".join(_drawn(kind, rng) for _ in range(_SIGNS)) for kind in kinds)
    said = (text.format(place=place, secret=secret) for text in _WORDED[language])
    return Canary(exchange(*said), secret)


def _kind(sign: str) -> str:
    return next((kind for kind in _KINDS if sign in kind), "")


def _drawn(kind: str, rng: np.random.Generator) -> str:
    return kind[int(rng.integers(len(kind)))]
