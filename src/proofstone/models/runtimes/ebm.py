"""Explainable boosting machines: sums of functions of one column or two (Lou et al. 2013)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from proofstone.core.canonical import canonical_json
from proofstone.models.runtimes.runtime import read_json, unreadable


@dataclass(frozen=True, eq=False)
class Term:
    """A step function of `columns`: a value v falls in bin i where cuts[i-1] <= v < cuts[i].

    `scores` has one axis a column, of len(cuts) + 1 bins.
    """

    columns: tuple[int, ...]
    cuts: tuple[np.ndarray, ...]
    scores: np.ndarray

    def score(self, matrix: np.ndarray) -> np.ndarray:
        """Return the term's contribution to the log-odds, shape (n,)."""
        bins = tuple(
            np.searchsorted(cuts, matrix[:, column], side="right")
            for column, cuts in zip(self.columns, self.cuts, strict=True)
        )
        return np.asarray(self.scores[bins])

    def to_json(self) -> dict[str, Any]:
        """Columns, cuts and scores."""
        return {
            "columns": list(self.columns),
            "cuts": [cuts.tolist() for cuts in self.cuts],
            "scores": self.scores.tolist(),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Term:
        """Read back what `to_json` wrote."""
        cuts = tuple(np.array(one, dtype=np.float64) for one in document["cuts"])
        scores = np.array(document["scores"], dtype=np.float64)
        return cls(tuple(int(one) for one in document["columns"]), cuts, scores)


@dataclass(frozen=True, eq=False)
class Ebm:
    """Log-odds are `intercept` plus the scores of all terms."""

    terms_of: tuple[Term, ...]
    intercept: float
    width: int

    @property
    def term_columns(self) -> tuple[tuple[int, ...], ...]:
        """The matrix columns of each term: one, or two for an interaction."""
        return tuple(term.columns for term in self.terms_of)

    def terms(self, matrix: np.ndarray) -> np.ndarray:
        """Return each term's contribution to the log-odds, shape (n, terms)."""
        found = np.empty((len(matrix), len(self.terms_of)))
        for place, term in enumerate(self.terms_of):
            found[:, place] = term.score(matrix)
        return found

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """Return the log-odds of the positive class, shape (n,)."""
        total = np.full(len(matrix), self.intercept)
        for term in self.terms_of:
            total += term.score(matrix)
        return total

    def to_weights(self) -> bytes:
        """The file that `load` reads."""
        terms = [term.to_json() for term in self.terms_of]
        return canonical_json({"terms": terms, "intercept": self.intercept, "width": self.width})


def load(weights: bytes) -> Ebm:
    """Return the explainable boosting machine in `weights`.

    Raises:
        InputError: the weights do not hold together.
    """
    document = read_json(weights)
    try:
        terms = tuple(Term.from_json(one) for one in document["terms"])
        machine = Ebm(terms, float(document["intercept"]), int(document["width"]))
    except (KeyError, TypeError, ValueError) as error:
        raise unreadable(f"{error!r} in an explainable boosting machine") from error
    for term in terms:
        _check(term, machine.width)
    return machine


def _check(term: Term, width: int) -> None:
    bins = tuple(len(cuts) + 1 for cuts in term.cuts)
    if not term.columns or term.scores.shape != bins or len(term.columns) != len(bins):
        raise unreadable(f"the term of columns {term.columns} has scores of another shape")
    if not all(0 <= column < width for column in term.columns):
        raise unreadable(f"the term of columns {term.columns} points nowhere")
    rising = all((np.diff(cuts) > 0).all() for cuts in term.cuts)
    if not rising or not np.isfinite(term.scores).all():
        raise unreadable(f"the term of columns {term.columns} is not a step function")
