"""BM25: how well the words of a question fit each passage."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from proofstone.models.fields import misfit
from proofstone.models.text.words import words

K1, B = 1.2, 0.75
"""How soon a repeated word stops counting, and how far length is discounted: the usual values
(Robertson and Zaragoza 2009 name 1.2 to 2 and 0.5 to 0.8 as reasonable)."""


@dataclass(frozen=True, eq=False)
class BM25:
    """Okapi BM25 (Robertson et al. 1994; Robertson and Zaragoza 2009) over `models.text.words`.

    A passage's score is the sum, over the different words of the question, of
    idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / mean length)), where
    idf = ln(1 + (N - df + 0.5) / (df + 0.5)) is never negative (as in Lucene).

    `places` numbers the words in order; word w stands in the passages
    `holders[starts[w]:starts[w + 1]]` (int32, ascending), `counts` (int32) times in each.
    """

    passages: int
    places: Mapping[str, int]
    starts: NDArray[np.int64]
    holders: NDArray[np.int32]
    counts: NDArray[np.int32]
    k1: float = K1
    b: float = B

    @classmethod
    def build(cls, texts: Iterable[str], *, k1: float = K1, b: float = B) -> BM25:
        """Count the words of `texts`."""
        places: dict[str, int] = {}
        found, holders, counts = array("q"), array("i"), array("i")
        size = 0
        for text in texts:
            for word, count in Counter(words(text)).items():
                found.append(places.setdefault(word, len(places)))
                holders.append(size)
                counts.append(count)
            size += 1
        word_of = np.array(found, dtype=np.int64)
        order = np.argsort(word_of, kind="stable")
        sizes = np.bincount(word_of, minlength=len(places))
        return cls(
            size,
            places,
            np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            np.array(holders, dtype=np.int32)[order],
            np.array(counts, dtype=np.int32)[order],
            k1,
            b,
        )

    def check(self, place: str) -> None:
        """Refuse postings that contradict each other; `place` is their file in messages.

        Raises:
            InputError: they do.
        """
        postings = len(self.holders)
        known = len(self.starts) == len(self.places) + 1 and len(self.counts) == postings
        if not known or self.starts[0] != 0 or self.starts[-1] != postings:
            raise misfit(place, "the words and their postings differ in number")
        if (np.diff(self.starts) < 1).any():
            raise misfit(place, "a word stands in no passage")
        if postings and not 0 <= int(self.holders.min()) <= int(self.holders.max()) < self.passages:
            raise misfit(place, f"a word stands in a passage that is none of {self.passages}")
        falling = np.flatnonzero(np.diff(self.holders) <= 0) + 1
        if not np.isin(falling, self.starts).all():
            raise misfit(place, "a word names a passage twice, or out of order")
        if postings and int(self.counts.min()) < 1:
            raise misfit(place, "a word stands in a passage less than once")
        if not (0 <= self.k1 < 1e6 and 0 <= self.b <= 1):
            raise misfit(place, f"k1 {self.k1} and b {self.b} are out of bounds")

    def idf(self, word: str) -> float:
        """How rare `word` is: ln(1 + (N - df + 0.5) / (df + 0.5)); greatest where it is unknown."""
        at = self.places.get(word)
        df = 0 if at is None else int(self.starts[at + 1] - self.starts[at])
        return float(np.log1p((self.passages - df + 0.5) / (df + 0.5)))

    def most(self, words: Sequence[str]) -> float:
        """What no passage's score for `words` reaches: the sum of idf * (k1 + 1); positive."""
        return (self.k1 + 1.0) * sum(self.idf(word) for word in dict.fromkeys(words))

    def scores(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Return the score (N,) of every passage for the different `words` of a question."""
        found = np.zeros(self.passages, dtype=np.float32)
        for word in dict.fromkeys(words):
            at = self.places.get(word)
            if at is not None:
                start, end = self.starts[at], self.starts[at + 1]
                found[self.holders[start:end]] += self._weights[start:end]
        return found

    @cached_property
    def _weights(self) -> NDArray[np.float32]:
        """What each posting adds to the score of its passage."""
        df = np.diff(self.starts)
        idf = np.log1p((self.passages - df + 0.5) / (df + 0.5))
        counts = self.counts.astype(np.float64)
        lengths = np.bincount(self.holders, counts, minlength=self.passages)
        mean = lengths.mean() if lengths.any() else 1.0
        damped = self.k1 * (1.0 - self.b + self.b * lengths / mean)
        weight = counts * (self.k1 + 1.0) / (counts + damped[self.holders])
        return np.asarray(weight * np.repeat(idf, df), dtype=np.float32)
