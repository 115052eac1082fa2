"""An index of passages that finds those whose words or meaning fit a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from proofstone.core.canonical import canonical_json
from proofstone.models import fields
from proofstone.models.retrieval.arrays import read_array, write_array
from proofstone.models.retrieval.bm25 import BM25
from proofstone.models.retrieval.encoder import Encoder
from proofstone.models.retrieval.fusion import fused
from proofstone.models.retrieval.passage import (
    Passage,
    check_passages,
    read_passages,
    write_passages,
)
from proofstone.models.retrieval.vectors import Vectors, largest
from proofstone.models.text.words import words

_VERSION = 1
_DESCRIPTION, _PASSAGES, _VECTORS = "index.json", "passages.json", "vectors.npy"
_STARTS, _HOLDERS, _COUNTS = "starts.npy", "holders.npy", "counts.npy"
FILES = (_DESCRIPTION, _PASSAGES, _VECTORS, _STARTS, _HOLDERS, _COUNTS)
"""Names of the files of an index."""
_CANDIDATES = 50
"""Passages that words and meaning propose each; more did not change what came first."""
_LONGEST = 4_000
"""Characters of a question that count."""


class Hits(NamedTuple):
    """What was found, best first: four arrays of equal length, 0 where there was nothing to find.

    `positions` (int64) number the index's passages; `scores`, at most 1, are the fused ones by
    which they are ordered, `bm25` (>= 0) and `cosines` what these were made from (float64).
    `typical` is the mean cosine of the question with all passages: some questions lie near to all.
    """

    positions: NDArray[np.int64]
    scores: NDArray[np.float64]
    bm25: NDArray[np.float64]
    cosines: NDArray[np.float64]
    typical: float = 0.0


@dataclass(frozen=True, eq=False)
class Index:
    """Passages, their words and their vectors. `build` and `open` make one; threads may share it.

    Not covered: whether the passages are true, or fit for every reader; each is found for all.
    """

    passages: tuple[Passage, ...]
    encoder: Encoder
    bm25: BM25
    vectors: Vectors

    @classmethod
    def build(cls, passages: Sequence[Passage], encoder: Encoder) -> Index:
        """Count the words and embed the texts of `passages`, each under its title and section.

        Raises:
            InputError: two passages have the same id, or a text is no Unicode.
        """
        check_passages(passages, "passages")
        texts = [indexed_text(one) for one in passages]
        vectors = Vectors(_embedded(passages, texts, encoder))
        return cls(tuple(passages), encoder, BM25.build(texts), vectors)

    @classmethod
    def open(cls, files: Mapping[str, bytes], encoder: Encoder) -> Index:
        """Return the index in `files`, by name, as `files()` gave them.

        Raises:
            InputError: a file is absent or damaged, contradicts another, or was made with another
                encoder; the message begins with the file's name.
        """
        for name in FILES:
            if name not in files:
                raise fields.misfit(name, "the index has no such file")
        state = fields.read_object(files[_DESCRIPTION], _DESCRIPTION)
        version = fields.field(state, "version", _DESCRIPTION)
        made_by = fields.field(state, "encoder", _DESCRIPTION)
        if version != _VERSION:
            raise fields.misfit(_DESCRIPTION, f"version {str(version)[:20]} is not {_VERSION}")
        if made_by != encoder.id:
            raise fields.misfit(
                f"{_DESCRIPTION}.encoder", f"it is {str(made_by)[:80]}, not {encoder.id}"
            )
        passages = read_passages(files[_PASSAGES], _PASSAGES)
        known = fields.texts(fields.field(state, "words", _DESCRIPTION), f"{_DESCRIPTION}.words")
        holders = read_array(files[_HOLDERS], _HOLDERS, "<i4", (None,))
        bm25 = BM25(
            len(passages),
            {word: at for at, word in enumerate(known)},
            read_array(files[_STARTS], _STARTS, "<i8", (len(known) + 1,)),
            holders,
            read_array(files[_COUNTS], _COUNTS, "<i4", (len(holders),)),
            fields.number(fields.field(state, "k1", _DESCRIPTION), f"{_DESCRIPTION}.k1"),
            fields.number(fields.field(state, "b", _DESCRIPTION), f"{_DESCRIPTION}.b"),
        )
        bm25.check(_HOLDERS)
        shape = (len(passages), encoder.dimension)
        vectors = Vectors(read_array(files[_VECTORS], _VECTORS, "<f4", shape))
        vectors.check(_VECTORS)
        return cls(passages, encoder, bm25, vectors)

    def files(self) -> dict[str, bytes]:
        """The index as files, by name; the same index gives the same bytes."""
        description = {
            "version": _VERSION,
            "encoder": self.encoder.id,
            "k1": self.bm25.k1,
            "b": self.bm25.b,
            "words": list(self.bm25.places),
        }
        return {
            _DESCRIPTION: canonical_json(description),
            _PASSAGES: write_passages(self.passages),
            _VECTORS: write_array(self.vectors.values),
            _STARTS: write_array(self.bm25.starts),
            _HOLDERS: write_array(self.bm25.holders),
            _COUNTS: write_array(self.bm25.counts),
        }

    def search(self, question: str, top: int = 10) -> Hits:
        """Return the `top` passages that fit `question` best; of equals, the earlier comes first.

        Words (BM25) and meaning (cosine) propose candidates each; `fusion.fused` orders them.
        """
        asked = words(question[:_LONGEST])
        if not asked or not self.passages or top < 1:
            none = np.zeros(0)
            return Hits(np.zeros(0, dtype=np.int64), none, none, none)
        by_words = self.bm25.scores(asked)
        vector = self.encoder.embed([question], "query")[0]
        count = max(top, _CANDIDATES)
        near = self.vectors.nearest(vector, count)
        worded = largest(by_words, count)
        found = np.union1d(worded[by_words[worded] > 0], near)
        cosines = self.vectors.cosines(vector, found)
        bm25 = by_words[found].astype(np.float64)
        scores = fused(bm25, cosines, self.bm25.most(asked))
        order = np.argsort(-scores, kind="stable")[:top]
        typical = float(self.vectors.mean @ vector)
        return Hits(found[order], scores[order], bm25[order], cosines[order], typical)


def indexed_text(passage: Passage) -> str:
    """Return the text by which `passage` is found: title, section and text."""
    return f"{passage.title}\n{passage.section}\n{passage.text}"


def _embedded(
    passages: Sequence[Passage], texts: Sequence[str], encoder: Encoder
) -> NDArray[np.float32]:
    """Unit vectors (n, d) half way between those of each passage's heading and of its text.

    A long text drowns its heading, which is what questions resemble. On the questions of
    `fusion.fused`, mean reciprocal rank at 10 of the cosine alone (English; Chinese; Chinese
    questions on English passages) with these 0.62; 0.78; 0.72, with the text's 0.51; 0.69; 0.53.
    """
    found = np.array(encoder.embed(texts, "passage"))
    headings = [f"{one.title}: {one.section}" if one.section.strip() else "" for one in passages]
    places = {one: at for at, one in enumerate(dict.fromkeys(filter(None, headings)))}
    if places:
        vectors = encoder.embed(list(places), "passage")
        headed = [at for at, one in enumerate(headings) if one]
        found[headed] += vectors[[places[headings[at]] for at in headed]]
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    return np.ascontiguousarray(found / np.maximum(lengths, 1e-6), dtype=np.float32)
