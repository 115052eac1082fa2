"""LightGBM models from their text (Ke et al. 2017), checked before LightGBM reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from proofstone.core.extras import need
from proofstone.models.runtimes.lightgbm_grammar import sound_part
from proofstone.models.runtimes.runtime import unreadable

if TYPE_CHECKING:
    from lightgbm import Booster


@dataclass(frozen=True, eq=False)
class LightGbm:
    """A gradient-boosted forest for two classes.

    `text` is what `booster` was read from: head and trees, without training parameters.
    """

    booster: Booster
    text: str
    width: int

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """Return the log-odds of the positive class, shape (n,)."""
        return np.asarray(self.booster.predict(matrix, raw_score=True, num_threads=1))


def load(weights: bytes) -> LightGbm:
    """Return the LightGBM model in `weights`.

    LightGBM is given no more than the head and trees of a text whose every field was checked:
    known, given once, of the right form and length, and pointing inside the model.

    Not covered: defects of LightGBM on texts of the form that it writes itself; and cost, as a
    large model takes the memory and time that its size asks for.

    Raises:
        InputError: the text is not a whole LightGBM model of two classes with constant leaves, or
            LightGBM refuses it.
        MissingExtra: lightgbm is not installed.
    """
    try:
        text, width = sound_part(weights.decode())
    except UnicodeDecodeError as error:
        raise unreadable(str(error)) from error
    lightgbm = need("lightgbm", extra="tabular")
    try:
        booster = lightgbm.Booster(model_str=text)
    except lightgbm.basic.LightGBMError as error:
        raise unreadable(str(error)) from error
    return LightGbm(booster, text, width)
