"""Exact interventional Shapley values of additive models with pairs, such as the EBM."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from proofstone.models.runtimes.ebm import Term


class AdditiveExplainer:
    """Explains margin = intercept + sum of terms of one or two columns against one background.

    A term of one feature belongs to it whole, less its background mean. A term of two features
    is a game of two players: each gets half of what it adds alone and half of what it adds last.
    The background enters by its frequencies, so the cost of a row does not depend on its size.
    `feature_of[c]` is the input feature of matrix column c.
    """

    def __init__(
        self,
        terms: Sequence[Term],
        intercept: float,
        feature_of: np.ndarray,
        features: int,
        background: np.ndarray,
    ) -> None:
        self._features = features
        self._games = [_Game(term, feature_of, background) for term in terms]
        self.base = float(intercept + sum(game.mean for game in self._games))

    def values(self, matrix: np.ndarray) -> np.ndarray:
        """Shapley values of the margin, shape (n, features)."""
        values = np.zeros((len(matrix), self._features))
        for game in self._games:
            game.add(matrix, values)
        return values


class _Game:
    """One term's shares: its background mean, and each side's mean with the other side free."""

    def __init__(self, term: Term, feature_of: np.ndarray, background: np.ndarray) -> None:
        self._term = term
        self._owners = [int(feature_of[column]) for column in term.columns]
        cells = _cells(term, background)
        self.mean = float(term.scores[cells].mean())
        self._alone: tuple[np.ndarray, ...] = ()
        if len(set(self._owners)) == 2:
            first, second = (
                np.bincount(cell, minlength=size) / len(background)
                for cell, size in zip(cells, term.scores.shape, strict=True)
            )
            self._alone = (term.scores @ second, first @ term.scores)

    def add(self, matrix: np.ndarray, values: np.ndarray) -> None:
        """Add the term's shares of each row to `values`."""
        cells = _cells(self._term, matrix)
        whole = self._term.scores[cells] - self.mean
        if not self._alone:
            values[:, self._owners[0]] += whole
            return
        first, second = (side[cell] for side, cell in zip(self._alone, cells, strict=True))
        values[:, self._owners[0]] += (whole + first - second) / 2
        values[:, self._owners[1]] += (whole - first + second) / 2


def _cells(term: Term, matrix: np.ndarray) -> tuple[np.ndarray, ...]:
    return tuple(
        np.searchsorted(cuts, matrix[:, column], side="right")
        for column, cuts in zip(term.columns, term.cuts, strict=True)
    )
