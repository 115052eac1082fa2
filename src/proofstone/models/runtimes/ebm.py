"""Explainable boosting machines: sums of functions of one column or two (Lou et al. 2013)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from proofstone.core.canonical import canonical_json
from proofstone.models import fields
from proofstone.models.runtimes.runtime import FILE, read_json, unreadable


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
    def from_json(cls, document: object, place: str) -> Term:
        """Read back what `to_json` wrote; `place` is file and field.

        Raises:
            InputError: a field is absent or does not hold finite numbers; names the place.
        """
        state = fields.mapping(document, place)
        columns, cuts, scores = (
            fields.field(state, name, place) for name in ("columns", "cuts", "scores")
        )
        return cls(
            tuple(fields.integers(columns, f"{place}.columns").tolist()),
            tuple(fields.numbers(one, f"{place}.cuts") for one in fields.items(cuts, place)),
            fields.numbers(scores, f"{place}.scores"),
        )


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
    found, intercept, width = (
        fields.field(document, name, FILE) for name in ("terms", "intercept", "width")
    )
    terms = tuple(
        Term.from_json(one, f"{FILE}, terms[{at}]")
        for at, one in enumerate(fields.items(found, f"{FILE}, terms"))
    )
    machine = Ebm(
        terms,
        fields.number(intercept, f"{FILE}, intercept"),
        fields.integer(width, f"{FILE}, width"),
    )
    for term in terms:
        _check(term, machine.width)
    return machine


def _check(term: Term, width: int) -> None:
    bins = tuple(len(cuts) + 1 for cuts in term.cuts)
    if not term.columns or term.scores.shape != bins or len(term.columns) != len(bins):
        raise unreadable(f"the term of columns {term.columns} has scores of another shape")
    if not all(0 <= column < width for column in term.columns):
        raise unreadable(f"the term of columns {term.columns} points nowhere")
    if not all(cuts.ndim == 1 and (np.diff(cuts) > 0).all() for cuts in term.cuts):
        raise unreadable(f"the term of columns {term.columns} is not a step function")
