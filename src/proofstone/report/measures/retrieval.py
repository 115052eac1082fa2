"""How well the passages with the answer are found."""

from __future__ import annotations

from proofstone.core.i18n import message
from proofstone.report.measures.measure import QUESTIONS, Measure

MEASURES: dict[str, Measure] = {
    "retrieval_recall": Measure(
        "retrieval",
        "rate",
        True,
        QUESTIONS,
        message("Retrieval recall"),
        message(
            "Of the questions whose answering sections are known, the share for which one of them "
            "is among the passages that an answer may rest on."
        ),
        message(
            "For 100 questions{where} that the documents answer, a passage with the answer is "
            "found for about {share}"
        ),
    ),
    "retrieval_ndcg": Measure(
        "retrieval",
        "score",
        True,
        QUESTIONS,
        message("Retrieval nDCG"),
        message(
            "How far up the passages with the answer stand among those found, 1 where they come "
            "first (normalised discounted cumulative gain, Järvelin and Kekäläinen 2002)."
        ),
        message("The order of the passages found{where} reaches {value} of 1"),
    ),
}
"""By metric, in the order that the page shows them."""
