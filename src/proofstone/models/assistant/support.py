"""Whether a passage says what a sentence says, as far as their words tell."""

from __future__ import annotations

from collections.abc import Sequence, Set
from itertools import pairwise

from proofstone.models.retrieval.bm25 import BM25
from proofstone.models.text.words import words


def support(sentence: str, passage: str, bm25: BM25) -> float:
    """Return the share of the words of `sentence` that `passage` holds, from 0 to 1.

    Each word weighs as much as it is rare (its BM25 idf in the knowledge base), so that a name,
    a number or a command that the passage lacks costs more than a filler word. Neighbouring words
    count as pairs as well: the same words in another order support less.

    Not covered: meaning. A paraphrase scores low; a sentence with one word negated scores high.
    """
    said, held = words(sentence), words(passage)
    if not said:
        return 1.0
    single = _share(said, set(held), [bm25.idf(word) for word in said])
    pairs = [*pairwise(said)]
    if not pairs:
        return single
    weights = [bm25.idf(first) + bm25.idf(second) for first, second in pairs]
    return 0.7 * single + 0.3 * _share(pairs, {*pairwise(held)}, weights)


def _share(said: Sequence[object], held: Set[object], weights: Sequence[float]) -> float:
    total = sum(weights)
    found = sum(weight for one, weight in zip(said, weights, strict=True) if one in held)
    return found / total if total else 1.0
