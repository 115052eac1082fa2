"""The pieces that an answer may rest on: whole passages, or their sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from proofstone.models.retrieval.passage import Passage
from proofstone.models.text.sentences import sentences

Unit = Literal["passages", "sentences"]
"""What is taken away: a passage, or one sentence of one."""


@dataclass(frozen=True)
class Piece:
    """The text from `start` to `end` of passage number `passage`, from 0."""

    passage: int
    start: int
    end: int


def pieces(passages: Sequence[Passage], unit: Unit) -> tuple[Piece, ...]:
    """Return the pieces of `passages` in order. Those of one passage make it up without gaps."""
    if unit == "passages":
        return tuple(Piece(at, 0, len(one.text)) for at, one in enumerate(passages))
    found: list[Piece] = []
    for at, passage in enumerate(passages):
        bounds = [*_starts(passage.text), len(passage.text)]
        found += [Piece(at, start, end) for start, end in pairwise(bounds)]
    return tuple(found)


def _starts(text: str) -> list[int]:
    """Where each sentence begins; the first at 0."""
    starts, at = [], 0
    for sentence in sentences(text):
        at = text.index(sentence, at)
        starts.append(at)
        at += len(sentence)
    return [0, *starts[1:]]


def kept(
    passages: Sequence[Passage], parts: Sequence[Piece], mask: np.ndarray
) -> tuple[Passage, ...]:
    """Return `passages` with only the `parts` that `mask`, bool (m,), keeps; empty ones go."""
    texts: dict[int, str] = {}
    for part, stays in zip(parts, mask.tolist(), strict=True):
        if stays:
            text = passages[part.passage].text[part.start : part.end]
            texts[part.passage] = texts.get(part.passage, "") + text
    return tuple(
        passages[at] if text == passages[at].text else replace(passages[at], text=text.rstrip())
        for at, text in sorted(texts.items())
    )
