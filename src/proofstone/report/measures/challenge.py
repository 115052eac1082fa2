"""What a challenger changes on the champion's rows: challenger minus champion."""

from __future__ import annotations

from proofstone.core.i18n import message
from proofstone.report.measures.measure import Measure, Unit

ROWS = message("{n} rows")


def _measure(
    kind: Unit, greatest: bool, name: str, meaning: str, sentence: str, counted: str = ROWS
) -> Measure:
    return Measure("challenge", kind, greatest, counted, name, meaning, sentence)


MEASURES: dict[str, Measure] = {
    "roc_auc_change": _measure(
        "points",
        True,
        message("Change of the area under the ROC curve"),
        message(
            "How much better the challenger ranks than the champion, on the same rows. Above 0 is "
            "better."
        ),
        message("The challenger changes the area under the ROC curve{where} by {bare} points"),
    ),
    "log_loss_change": _measure(
        "score",
        False,
        message("Change of the log loss"),
        message(
            "Mean log loss of the challenger minus that of the champion, row by row. Below 0 is "
            "better."
        ),
        message("The challenger changes the log loss{where} by {value}"),
    ),
    "brier_score_change": _measure(
        "score",
        False,
        message("Change of the Brier score"),
        message(
            "Mean squared error of the challenger's probabilities minus that of the champion's. "
            "Below 0 is better."
        ),
        message("The challenger changes the Brier score{where} by {value}"),
    ),
    "accuracy_change": _measure(
        "points",
        True,
        message("Change of accuracy"),
        message(
            "Share of rows that the challenger decides rightly minus that of the champion. Above 0 "
            "is better."
        ),
        message("The challenger changes accuracy{where} by {bare} points"),
    ),
    "selection_rate_change": _measure(
        "points",
        False,
        message("Change of the selection rate"),
        message("Share of rows that the challenger decides positive minus that of the champion."),
        message("The challenger changes the share of positive decisions{where} by {bare} points"),
    ),
    "false_positive_rate_change": _measure(
        "points",
        False,
        message("Change of the false positive rate"),
        message(
            "Of truly negative rows, the share that the challenger decides positive minus that of "
            "the champion. Below 0 is better."
        ),
        message("The challenger changes the false positive rate{where} by {bare} points"),
    ),
    "false_negative_rate_change": _measure(
        "points",
        False,
        message("Change of the false negative rate"),
        message(
            "Of truly positive rows, the share that the challenger misses minus that of the "
            "champion. Below 0 is better."
        ),
        message("The challenger changes the false negative rate{where} by {bare} points"),
    ),
    "decision_change_rate": _measure(
        "rate",
        False,
        message("Rows decided otherwise"),
        message("Share of rows that champion and challenger decide differently, right or wrong."),
        message("Of 100 rows{where}, about {share} are decided otherwise by the challenger"),
    ),
    "selection_rate_difference_change": _measure(
        "points",
        False,
        message("Change of the gap in selection rates"),
        message(
            "How far groups lie apart in positive decisions under the challenger, minus how far "
            "under the champion. Below 0 is better."
        ),
        message("The challenger changes the gap in positive decisions{where} by {bare} points"),
    ),
    "true_positive_rate_difference_change": _measure(
        "points",
        False,
        message("Change of the gap in true positive rates"),
        message(
            "How far groups lie apart in what is found of the truly positive under the challenger, "
            "minus how far under the champion. Below 0 is better."
        ),
        message("The challenger changes the gap in true positive rates{where} by {bare} points"),
    ),
    "false_positive_rate_difference_change": _measure(
        "points",
        False,
        message("Change of the gap in false positive rates"),
        message(
            "How far groups lie apart in wrong positive decisions under the challenger, minus how "
            "far under the champion. Below 0 is better."
        ),
        message("The challenger changes the gap in false positive rates{where} by {bare} points"),
    ),
}
"""By metric, in the order that the page shows them."""
