"""Small changes to training texts that leave their meaning mostly as it is."""

from __future__ import annotations

import numpy as np


def augmented(text: str, dropped: float, swapped: float, rng: np.random.Generator) -> str:
    """Return `text` with words left out and neighbours exchanged, each with its own chance.

    Random deletion and swap of Wei and Zou (2019, EDA), over words between white space. One word
    at least stays, and a word takes part in one exchange at most.

    >>> augmented("not good at all", 0.0, 1.0, np.random.default_rng(0))
    'good not all at'
    """
    words = text.split()
    if len(words) < 2 or not (dropped or swapped):
        return text
    kept = rng.random(len(words)) >= dropped
    if not kept.any():
        kept[int(rng.integers(len(words)))] = True
    words = [word for word, stays in zip(words, kept, strict=True) if stays]
    at = 0
    while at < len(words) - 1:
        if rng.random() < swapped:
            words[at], words[at + 1] = words[at + 1], words[at]
            at += 1
        at += 1
    return " ".join(words)
