"""How a passage was found: what each word of the question adds to its score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from proofstone.models.retrieval.fusion import fused
from proofstone.models.retrieval.index import Index
from proofstone.models.retrieval.passage import Passage
from proofstone.models.text.words import normalised, words

_MOST = 32
_LONGEST = 4_000


@dataclass(frozen=True)
class Word:
    """A word of the question, and its part in a passage's score.

    `matched` is what its BM25 adds, exactly; `meant` how much the score falls by the meaning alone
    when the word is taken out of the question (occlusion, Zeiler and Fergus 2014): those do not
    add up.
    """

    word: str
    matched: float
    meant: float


@dataclass(frozen=True)
class Found:
    """A passage's score for a question: `score` = `meaning` + the sum of all words' `matched`.

    `meaning` is the share of the cosine between question and passage. `words` are those of the
    question, at most 32, in order.
    """

    id: str
    score: float
    meaning: float
    words: tuple[Word, ...]


def found(query: str, passages: Sequence[Passage], index: Index) -> tuple[Found, ...]:
    """Return how each of `passages` came to be found for `query`, without those not in `index`.

    Chinese words are pairs of neighbouring characters, as the index has them, so that their shares
    overlap in what is `meant`.
    """
    places = {one.id: at for at, one in enumerate(index.passages)}
    at = np.array([places[one.id] for one in passages if one.id in places], dtype=np.int64)
    asked = list(dict.fromkeys(words(query[:_LONGEST])))
    if not len(at) or not asked:
        return ()
    most = index.bm25.most(asked)
    nothing = np.zeros(len(at))
    shown = asked[:_MOST]
    texts = [query, *(_without(query, word) for word in shown)]
    vectors = index.encoder.embed(texts, "query")
    cosines = np.array([index.vectors.cosines(one, at) for one in vectors], dtype=np.float64)
    matched = [fused(_bm25(index, [word], at), nothing, most) for word in shown]
    meant = [fused(nothing, cosines[0] - one, most) for one in cosines[1:]]
    meaning = fused(nothing, cosines[0], most)
    scores = fused(_bm25(index, asked, at), cosines[0], most)
    return tuple(
        Found(
            index.passages[place].id,
            float(scores[row]),
            float(meaning[row]),
            tuple(
                Word(word, float(matched[number][row]), float(meant[number][row]))
                for number, word in enumerate(shown)
            ),
        )
        for row, place in enumerate(at.tolist())
    )


def _bm25(index: Index, asked: Sequence[str], at: np.ndarray) -> np.ndarray:
    return np.asarray(index.bm25.scores(asked)[at], dtype=np.float64)


def _without(query: str, word: str) -> str:
    return normalised(query).lower().replace(word, " ")
