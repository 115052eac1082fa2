"""Answers that quote: the sentences of the best passages that are about the question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from proofstone.models.assistant.grounds import Grounds
from proofstone.models.retrieval.bm25 import BM25
from proofstone.models.retrieval.passage import Passage
from proofstone.models.text.sentences import sentences
from proofstone.models.text.words import words

_MOST = 2
_LONGEST = 450


@dataclass(frozen=True)
class Quoted:
    """A quotation and the passages that it is from."""

    text: str
    passages: tuple[Passage, ...]


def quote(grounds: Grounds, bm25: BM25) -> Quoted:
    """Return the two best passages, of a long one the part around the question.

    The second is there because the first one found is the right one for six questions in ten only
    (the template `support`, both languages), one of the two for seven.
    """
    best = grounds.passages[:_MOST]
    texts = [_part(passage.text, grounds.query, bm25) for passage in best]
    return Quoted("\n\n".join(texts), best)


def _part(text: str, query: str, bm25: BM25) -> str:
    parts = sentences(text)
    kept = _around(_weights(parts, query, bm25), [len(part) for part in parts])
    return _joined([parts[at] for at in kept])


def _weights(parts: Sequence[str], query: str, bm25: BM25) -> list[float]:
    """How much of the question each sentence holds, rare words counting more."""
    asked = set(words(query))
    return [sum(bm25.idf(word) for word in asked & set(words(part))) for part in parts]


def _around(weights: Sequence[float], lengths: Sequence[int]) -> list[int]:
    """Places of the best sentence and of its neighbours, as far as they fit together."""
    first = last = max(range(len(weights)), key=lambda at: weights[at])
    left = _LONGEST - lengths[first]
    while True:
        after = last + 1 < len(lengths) and lengths[last + 1] <= left
        before = first > 0 and lengths[first - 1] <= left
        if not (after or before):
            return list(range(first, last + 1))
        if after and (not before or weights[last + 1] >= weights[first - 1]):
            last += 1
            left -= lengths[last]
        else:
            first -= 1
            left -= lengths[first]


def _joined(parts: Sequence[str]) -> str:
    text = ""
    for part in parts:
        spaced = text and text[-1].isascii()
        text += f" {part}" if spaced else part
    return text
