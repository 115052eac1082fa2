"""Texts as weighted bags of words or characters, and log-odds that are linear in them."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal, get_args

import numpy as np

from proofstone.core.canonical import canonical_json
from proofstone.models import fields
from proofstone.models.runtimes.runtime import FILE, read_json, unreadable
from proofstone.models.text.words import words

Unit = Literal["words", "characters"]
"""What terms are made of: words, as `models.text.words` has them, or single characters."""

LONGEST = 8


def terms(text: str, unit: Unit, longest: int) -> list[str]:
    """Return the terms of `text` in lower case: runs of 1 to `longest` units.

    White space counts as one space between characters, and parts words.

    >>> terms("Not good", "words", 2), terms("好用", "characters", 2)
    (['not', 'good', 'not good'], ['好', '用', '好用'])
    """
    if unit == "words":
        units, between = words(text), " "
    else:
        units, between = list(" ".join(text.lower().split())), ""
    found = list(units)
    for length in range(2, longest + 1):
        starts = range(len(units) - length + 1)
        found += [between.join(units[at : at + length]) for at in starts]
    return found


@dataclass(frozen=True, eq=False)
class Tfidf:
    """Log-odds are `intercept` plus the sum over known terms of weight times coefficient.

    A term that stands n times in a text weighs (1 + ln n) * idf, with idf =
    ln((1 + documents) / (1 + document_counts)) + 1, and weights are divided by their Euclidean
    norm (Salton and Buckley 1988, sublinear). `known` are the terms, in code point order;
    `document_counts` (in how many of the `documents` training texts each stands) and `coef` have
    shape (terms,). Unknown terms count for nothing: a text without known ones scores `intercept`.
    """

    unit: Unit
    longest: int
    documents: int
    known: tuple[str, ...]
    document_counts: np.ndarray
    coef: np.ndarray
    intercept: float

    width = 1

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """Return the log-odds of the positive class, shape (n,), for texts of shape (n, 1)."""
        scores = [self.intercept + math.fsum(self.added(one).values()) for one in matrix[:, 0]]
        return np.array(scores, dtype=np.float64)

    def added(self, text: str) -> dict[str, float]:
        """Return what each known term of `text` adds to the log-odds, exactly."""
        weights = {
            term: (1.0 + math.log(times)) * self._terms[term][0]
            for term, times in Counter(terms(text, self.unit, self.longest)).items()
            if term in self._terms
        }
        norm = math.sqrt(math.fsum(weight * weight for weight in weights.values()))
        return {term: weight / norm * self._terms[term][1] for term, weight in weights.items()}

    def to_weights(self) -> bytes:
        """The file that `load` reads."""
        return canonical_json(
            {
                "unit": self.unit,
                "longest": self.longest,
                "documents": self.documents,
                "terms": list(self.known),
                "document_counts": self.document_counts.tolist(),
                "coef": self.coef.tolist(),
                "intercept": self.intercept,
            }
        )

    @cached_property
    def _terms(self) -> dict[str, tuple[float, float]]:
        """Inverse document frequency and coefficient of each known term."""
        idf = np.log((1 + self.documents) / (1 + self.document_counts)) + 1
        pairs = zip(idf.tolist(), self.coef.tolist(), strict=True)
        return dict(zip(self.known, pairs, strict=True))


def load(weights: bytes) -> Tfidf:
    """Return the model in `weights`.

    Raises:
        InputError: the weights do not hold together.
    """
    document = read_json(weights)

    def part(name: str) -> object:
        return fields.field(document, name, FILE)

    unit = fields.text(part("unit"), f"{FILE}, unit")
    longest = fields.integer(part("longest"), f"{FILE}, longest")
    documents = fields.integer(part("documents"), f"{FILE}, documents")
    known = fields.texts(part("terms"), f"{FILE}, terms")
    counts = fields.integers(part("document_counts"), f"{FILE}, document_counts")
    coef = fields.numbers(part("coef"), f"{FILE}, coef")
    intercept = fields.number(part("intercept"), f"{FILE}, intercept")
    if unit not in get_args(Unit) or not 1 <= longest <= LONGEST:
        raise unreadable(f"terms of up to {longest} {unit[:20]!r} are not known")
    if any(left >= right for left, right in pairwise(known)):
        raise unreadable("the terms are not in order")
    if not coef.shape == counts.shape == (len(known),):
        raise unreadable(f"{len(known)} terms have {len(counts)} counts and {len(coef)} numbers")
    if counts.size and not 1 <= counts.min() <= counts.max() <= documents:
        raise unreadable("a term stands in more texts than there were, or in none")
    return Tfidf(unit, longest, documents, known, counts, coef, intercept)  # type: ignore[arg-type]
