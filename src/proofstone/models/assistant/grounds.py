"""The passages that a conversation's last question is answered from, and how well they answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from proofstone.models.assistant.memory import Window, queries
from proofstone.models.conversation import Conversation
from proofstone.models.retrieval.evidence import EvidenceModel, features
from proofstone.models.retrieval.index import Hits, Index
from proofstone.models.retrieval.passage import Passage
from proofstone.models.text.language import reply_language

_WIDER = 8
"""Passages searched for each one that is kept: those in another language fall out."""


@dataclass(frozen=True)
class Grounds:
    """What was found for a question.

    `query` is what was searched for; `passages` are best first; `features` (float64, (d,)) are
    what `evidence`, the probability that they answer it, follows from.
    """

    query: str
    passages: tuple[Passage, ...]
    features: np.ndarray
    evidence: float


class Finder:
    """Finds the grounds of an answer. Without `evidence`, every probability is 1."""

    def __init__(
        self, index: Index, window: Window, top: int, evidence: EvidenceModel | None
    ) -> None:
        self.index = index
        self._window = window
        self._top = top
        self._evidence = evidence
        self._languages = np.array([passage.language for passage in index.passages])

    def find(self, conversation: Conversation) -> Grounds:
        """Return the best grounds of the last turn among the ways to ask for them."""
        question = conversation[-1].content
        asked = queries(self._window.of(conversation), question)
        found = [self._search(query, reply_language(question)) for query in asked]
        # The first of equals: a question that says enough by itself is taken at its word.
        return max(found, key=lambda grounds: grounds.evidence)

    def _search(self, query: str, language: str) -> Grounds:
        hits = self.index.search(query, self._top * _WIDER)
        hits = self._in_language(hits, language)
        values = features(query, hits, self.index)
        evidence = 1.0
        if self._evidence is not None:
            evidence = float(self._evidence.probability(values[None, :])[0])
        passages = tuple(self.index.passages[at] for at in hits.positions[: self._top].tolist())
        return Grounds(query, passages, values, evidence if passages else 0.0)

    def _in_language(self, hits: Hits, language: str) -> Hits:
        """The hits in `language` and in no certain one; all where there is none of them."""
        other = "en" if language == "zh" else "zh"
        kept = np.flatnonzero(self._languages[hits.positions] != other)
        if not len(kept):
            return hits
        return hits._replace(
            positions=hits.positions[kept],
            scores=hits.scores[kept],
            bm25=hits.bm25[kept],
            cosines=hits.cosines[kept],
        )


def matches(passages: Sequence[Passage], sections: Sequence[str]) -> list[bool]:
    """Return for each passage whether it is of one of `sections` (`document#anchor`)."""
    return [any(in_section(passage, section) for section in sections) for passage in passages]


def in_section(passage: Passage, section: str) -> bool:
    """Whether `passage` is of `section` (`document#anchor`), whatever the language's folder.

    >>> passage = Passage("zh/keys#lost/1", "zh/keys", "密钥", "丢失", "zh", "…")
    >>> in_section(passage, "keys#lost"), in_section(passage, "keys#los")
    (True, False)
    """
    held = passage.id.rpartition("/")[0]
    return held == section or held.endswith(f"/{section}")
