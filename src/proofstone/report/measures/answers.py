"""How good answers are: right, passed on, supported by their sources."""

from __future__ import annotations

from proofstone.core.i18n import message
from proofstone.report.measures.measure import ANSWERS, QUESTIONS, SENTENCES, Measure

MEASURES: dict[str, Measure] = {
    "answer_quality": Measure(
        "answers",
        "rate",
        True,
        QUESTIONS,
        message("Right answers"),
        message(
            "Of the questions that the documents answer, the share that were answered with every "
            "fact that the question's author lists, and nothing that a right answer never says."
        ),
        message(
            "Of 100 questions{where} that the documents answer, about {share} were answered rightly"
        ),
    ),
    "handover_rate": Measure(
        "answers",
        "rate",
        False,
        QUESTIONS,
        message("Needless hand-overs"),
        message(
            "Of the questions that the documents answer, the share that were passed on to a person "
            "all the same."
        ),
        message(
            "Of 100 questions{where} that the documents answer, about {share} were passed on "
            "to a person"
        ),
    ),
    "wrongly_answered_rate": Measure(
        "answers",
        "rate",
        False,
        QUESTIONS,
        message("Answered without knowing"),
        message(
            "Of the questions that the documents do not answer, the share that were answered "
            "instead of passed on to a person."
        ),
        message(
            "Of 100 questions{where} that the documents do not answer, about {share} were "
            "answered all the same"
        ),
    ),
    "ungrounded_sentence_rate": Measure(
        "answers",
        "rate",
        False,
        SENTENCES,
        message("Unsupported sentences"),
        message(
            "Of the sentences of answers, the share that no passage named as a source supports. "
            "The check reads words, it does not understand; its own error rates stand beside it."
        ),
        message(
            "Of 100 sentences of answers{where}, about {share} are not supported by the "
            "sources that the answer names"
        ),
    ),
    "ungrounded_reply_rate": Measure(
        "answers",
        "rate",
        False,
        ANSWERS,
        message("Answers with an unsupported sentence"),
        message(
            "Of the answers, the share with at least one sentence that no passage named as a "
            "source supports."
        ),
        message(
            "Of 100 answers{where}, about {share} hold a sentence that their sources do not support"
        ),
    ),
    "source_carrier_rate": Measure(
        "answers",
        "rate",
        True,
        ANSWERS,
        message("Carried by a named source"),
        message(
            "Of the answers that a chat model worded, the share whose likelihood rests most on a "
            "passage that the answer names as a source."
        ),
        message(
            "Of 100 answers{where} that a chat model worded, about {share} rest most on a passage "
            "that they name"
        ),
    ),
    "context_gain": Measure(
        "answers",
        "nats",
        True,
        ANSWERS,
        message("What the passages add"),
        message(
            "By how much the passages make each token of an answer likelier, in nats. Near 0 the "
            "answer comes from what the chat model knew before."
        ),
        message("The passages make a token of the answers{where} likelier by {value}"),
    ),
}
"""By metric, in the order that the page shows them."""
