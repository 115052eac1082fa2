"""Whether the passages that answer a question are found."""

from __future__ import annotations

import numpy as np

from proofstone.assess.replies import means, rates, read_replies
from proofstone.checks.cases import ConversationCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.models.assistant.grounds import in_section
from proofstone.models.contract import Reply as AskReply


@probe(
    needs=AskReply,
    rows=len,
    family="answers",
    metrics=("retrieval_recall", "retrieval_ndcg"),
    about=ConversationCase,
)
def retrieval(case: ConversationCase, rng: np.random.Generator) -> Probing:
    """Recall and discounted gain (nDCG, Järvelin and Kekäläinen 2002) of what is retrieved.

    A passage is relevant when it is of a section that the question lists as a source. Recall is
    the share of questions with at least one relevant passage among those an answer may rest on;
    nDCG also counts how far up the first of each listed section stands.
    """
    replies = read_replies((yield Ask(case.rows, AskReply())))
    kept = [at for at, one in enumerate(case.questions) if one.sources]
    about = [case.questions[at] for at in kept]
    gains = [_gains(case, at, replies[at].retrieved) for at in kept]
    hits = np.array([bool(one.any()) for one in gains], dtype=bool)
    pairs = zip(gains, about, strict=True)
    ndcg = np.array([_ndcg(one, len(question.sources)) for one, question in pairs])
    return [
        *rates(case, "retrieval", "retrieval_recall", hits, about),
        *means(case, "retrieval", "retrieval_ndcg", ndcg, about, shares=True),
    ]


def _gains(case: ConversationCase, at: int, retrieved: tuple[str, ...]) -> np.ndarray:
    """1 where a passage is the first found of a listed section, 0 elsewhere; (k,)."""
    open_sections = list(case.questions[at].sources)
    gains = np.zeros(len(retrieved))
    for rank, name in enumerate(retrieved):
        passage = case.passages.get(name)
        for section in open_sections:
            if passage is not None and in_section(passage, section):
                gains[rank] = 1.0
                open_sections.remove(section)
                break
    return gains


def _ndcg(gains: np.ndarray, relevant: int) -> float:
    discount = 1.0 / np.log2(np.arange(2, len(gains) + 2))
    ideal = discount[: min(relevant, len(gains))].sum()
    return float((gains * discount).sum() / ideal) if ideal else 0.0
