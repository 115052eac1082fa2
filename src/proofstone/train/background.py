"""The rows that a served model's explanations compare with; they travel inside the release."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from proofstone.core.canonical import canonical_json

NAME = "background.json"
ROWS = 100


def background(frame: pl.DataFrame, features: Sequence[str], seed: int) -> bytes:
    """Return at most `ROWS` rows of `features` as a JSON list of objects, null where missing.

    Each column is drawn on its own, so that no row is that of a person in the training data:
    the bundle leaves the house. Attributions then compare with independent features, as
    interventional Shapley values suppose (Janzing, Minorics and Blöbaum 2020).

    Not covered: single values that give a person away, such as the one largest income.
    """
    rng = np.random.default_rng(seed)
    kept = min(ROWS, frame.height)
    columns = {
        name: frame[name][rng.choice(frame.height, kept, replace=False)] for name in features
    }
    return canonical_json(pl.DataFrame(columns).to_dicts())
