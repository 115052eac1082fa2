"""Folds within training rows: everything that is chosen is chosen on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from proofstone.core.project.schema import Prepare
from proofstone.models.contract import Feature
from proofstone.models.prepare.fit import fit_prepare
from proofstone.models.prepare.preparation import Takes


@dataclass(frozen=True, eq=False)
class InnerFold:
    """One inner fold: rows to fit on and rows to measure on, prepared by the former alone."""

    fit_rows: np.ndarray
    held_rows: np.ndarray
    fit_matrix: np.ndarray
    held_matrix: np.ndarray
    categorical: tuple[int, ...]


Score = Callable[[InnerFold], np.ndarray]
"""Fits on a fold's `fit_rows` and returns margins of its `held_rows`."""


@dataclass(frozen=True, eq=False)
class Inner:
    """All inner folds of some training rows: each row is held out once."""

    folds: tuple[InnerFold, ...]
    rows: int

    @classmethod
    def of(
        cls,
        frame: pl.DataFrame,
        fold: np.ndarray,
        features: Sequence[Feature],
        settings: Prepare,
        *,
        takes: Takes,
    ) -> Inner:
        """Prepare the folds of `frame`; `fold` is each row's, shape (n,)."""
        folds = []
        for number in range(int(fold.max()) + 1):
            fit_rows, held_rows = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
            prepared = fit_prepare(frame[fit_rows], features, settings, takes=takes)
            folds.append(
                InnerFold(
                    fit_rows,
                    held_rows,
                    prepared.apply(frame[fit_rows]),
                    prepared.apply(frame[held_rows]),
                    prepared.categorical,
                )
            )
        return cls(tuple(folds), len(fold))

    def out_of_fold(self, score: Score) -> np.ndarray:
        """Return a margin for each row, shape (n,), by a model that was fitted without it."""
        margin = np.empty(self.rows)
        for fold in self.folds:
            margin[fold.held_rows] = score(fold)
        return margin
