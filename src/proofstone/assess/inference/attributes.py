"""An attacker who knows all of a person's values but one, and may ask the model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from proofstone.core.extras import need

_FOLDS = 5
_ROUNDS = 60


@dataclass(frozen=True, eq=False)
class Knowledge:
    """What is known of n rows, save the value of one column.

    `others` (n, d) are the other inputs; `supposed` (n, k) the scores that the model gives the row
    with each of the column's k values. Both follow from the other inputs and the model alone.
    """

    others: np.ndarray
    supposed: np.ndarray

    def alone(self) -> np.ndarray:
        """What is known without the row's own score, (n, d + k)."""
        return np.column_stack([self.others, self.supposed])

    def beside(self, score: np.ndarray) -> np.ndarray:
        """The same with the row's score (n,), and how far each supposed one lies from it."""
        return np.column_stack([self.alone(), score, np.abs(self.supposed - score[:, None])])


def numbers(frame: pl.DataFrame) -> np.ndarray:
    """Return the columns as numbers, (n, d): categories by the rank of their text, nan unknown."""
    columns = [
        column.cast(pl.Float64)
        if column.dtype.is_numeric() or column.dtype == pl.Boolean
        else column.cast(pl.String).rank("dense").cast(pl.Float64)
        for column in frame.get_columns()
    ]
    if not columns:
        return np.empty((frame.height, 0))
    return np.column_stack([column.fill_null(np.nan).to_numpy() for column in columns])


def guesses(matrix: np.ndarray, code: np.ndarray, seed: int) -> np.ndarray:
    """Return cross-fitted probabilities (n, k) of each class of `code` (n,), 0 to k - 1.

    Boosted trees (Ke et al. 2017), five folds with each class's share in each. The same `seed`
    makes the same folds, so that guesses from different knowledge differ by the knowledge alone.

    Raises:
        MissingExtra: lightgbm is not installed.
    """
    lightgbm = need("lightgbm", extra="tabular")
    fold = np.empty(len(code), dtype=np.int64)
    order = np.random.default_rng(seed).permutation(len(code))
    ranked = order[np.argsort(code[order], kind="stable")]
    fold[ranked] = np.arange(len(code)) % _FOLDS
    classes = int(code.max()) + 1
    settings = {
        "objective": "multiclass",
        "num_class": classes,
        "num_leaves": 8,
        "learning_rate": 0.1,
        "min_data_in_leaf": 10,
        "num_threads": 1,
        "deterministic": True,
        "force_col_wise": True,
        "verbosity": -1,
        "seed": seed,
    }
    found = np.empty((len(code), classes))
    for held in range(_FOLDS):
        mine = fold != held
        data = lightgbm.Dataset(matrix[mine], code[mine], params=settings)
        booster = lightgbm.train(settings, data, _ROUNDS)
        found[~mine] = booster.predict(matrix[~mine])
    return found
