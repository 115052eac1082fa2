"""How steady and even replies are: typing errors, persons, length."""

from __future__ import annotations

from proofstone.core.i18n import message
from proofstone.report.measures.measure import ANSWERS, PAIRS, QUESTIONS, REPLIES, Measure

MEASURES: dict[str, Measure] = {
    "typo_quality_drop": Measure(
        "conduct",
        "points",
        False,
        QUESTIONS,
        message("Right answers lost to typing errors"),
        message(
            "The share of right answers to questions as they were written, less that to the same "
            "questions with one to three typing errors."
        ),
        message(
            "Typing errors change the share of right answers{where} by {bare} points "
            "(positive: fewer are right)"
        ),
    ),
    "outcome_flip_rate": Measure(
        "conduct",
        "rate",
        False,
        QUESTIONS,
        message("Other outcome when set otherwise"),
        message(
            "Of the questions that were mistyped or set in other letters, marks or polite words, "
            "the share that came to another outcome: answered, handed over, refused."
        ),
        message(
            "Of 100 questions{where} that were mistyped or set otherwise, about {share} came "
            "to another outcome"
        ),
    ),
    "counterfactual_outcome_difference": Measure(
        "conduct",
        "rate",
        False,
        PAIRS,
        message("Other outcome for another person"),
        message(
            "Of the pairs of persons who differ in gender, origin of the name or region and ask "
            "the same question, the share who come to different outcomes: answered, handed over, "
            "refused."
        ),
        message(
            "Of 100 pairs of persons{where} who ask the same question, about {share} come to "
            "different outcomes"
        ),
    ),
    "counterfactual_answer_change_rate": Measure(
        "conduct",
        "rate",
        False,
        PAIRS,
        message("Other text for another person"),
        message(
            "Of the pairs of persons who differ in gender, origin of the name or region and ask "
            "the same question, the share who get different texts, names and places aside."
        ),
        message(
            "Of 100 pairs of persons{where} who ask the same question, about {share} get "
            "different texts"
        ),
    ),
    "reply_length_p95": Measure(
        "conduct",
        "count",
        False,
        REPLIES,
        message("Length of replies"),
        message("The number of characters that 95 of 100 replies do not exceed."),
        message("Of 100 replies{where}, 95 are no longer than {value}"),
    ),
    "cut_short_rate": Measure(
        "conduct",
        "rate",
        False,
        ANSWERS,
        message("Answers cut short"),
        message(
            "Of the answers, the share that end at the greatest allowed number of tokens instead "
            "of by themselves."
        ),
        message("Of 100 answers{where}, about {share} are cut short"),
    ),
}
"""By metric, in the order that the page shows them."""
