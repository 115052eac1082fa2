"""Fairness beyond rates: calibration in groups, exchanged attributes, likeness, sources of bias."""

from __future__ import annotations

from proofstone.core.i18n import message
from proofstone.report.measures.measure import Measure, Unit

ROWS = message("{n} rows")


def _of(unit: Unit, greatest: bool, name: str, meaning: str, sentence: str) -> Measure:
    return Measure("equity", unit, greatest, ROWS, name, meaning, sentence)


SOURCES: dict[str, Measure] = {
    "base_rate_difference": _of(
        "points",
        False,
        message("Labels: gap between groups"),
        message("How far the shares of positive labels lie apart between groups, in the data."),
        message("The shares of positive labels{where} lie {bare} points apart in the data"),
    ),
    "missingness_difference": _of(
        "points",
        False,
        message("Missing values: gap between groups"),
        message("How far the shares of rows with a missing input lie apart between groups."),
        message("The shares of rows with a missing input{where} lie {bare} points apart"),
    ),
    "representation_difference": _of(
        "points",
        False,
        message("Share of a group, against where it is used"),
        message(
            "How far the share of the worst represented group lies from its share where the model "
            "is used, as the project file states it."
        ),
        message("One group{where} is {bare} points off its share where the model is used"),
    ),
    "score_group_auc": _of(
        "score",
        False,
        message("Score tells the group (AUC)"),
        message(
            "How well the score tells a group from the others among rows of the same label. 0.5 "
            "says that it carries nothing about the group beyond the label."
        ),
        message(
            "Of 100 pairs of rows of one label and of different groups{where}, the score orders "
            "about {share} by the group (chance would be 50)"
        ),
    ),
    "added_gap": _of(
        "points",
        False,
        message("Gap that decisions add"),
        message(
            "By how much decisions widen the gap that labels have between groups, or turn it "
            "round. Below 0 they narrow it."
        ),
        message("Decisions{where} go {bare} points beyond the gap that the labels have"),
    ),
    "intersectional_excess": _of(
        "points",
        False,
        message("What single columns do not explain"),
        message(
            "How far the worst intersection's share of positive decisions, at equal labels, lies "
            "from what its protected columns add up to."
        ),
        message(
            "At equal labels, the worst intersection{where} is decided positive {bare} points "
            "more or less often than its single columns explain"
        ),
    ),
    "threshold_gap_shift": _of(
        "points",
        False,
        message("Gap that hangs on the threshold"),
        message(
            "How far the gap between groups, at equal labels, moves when a few of 100 rows more or "
            "fewer are decided positive."
        ),
        message("A slightly other threshold moves the gap{where} by {bare} points"),
    ),
}
"""By metric that tells one of the five sources of bias."""

MEASURES: dict[str, Measure] = SOURCES | {
    "calibration_gap_difference": _of(
        "points",
        False,
        message("Gap of probabilities between groups"),
        message(
            "How differently the mean probability misses the observed rate of groups: of two "
            "groups their difference, of more the one that differs most from the others."
        ),
        message("Mean probabilities{where} miss what happened by {bare} points more in one group"),
    ),
    "calibration_gap": _of(
        "points",
        False,
        message("Mean probability less observed rate"),
        message(
            "Above 0 the group's probabilities are too high on average, below 0 too low; 0 is best."
        ),
        message("The mean probability{where} lies {bare} points above the rate that was observed"),
    ),
    "group_calibration_error": _of(
        "points",
        False,
        message("Calibration error of a group"),
        message(
            "How far a group's probabilities lie from observed frequencies, over bins of similar "
            "ones, less what chance adds in so few rows."
        ),
        message(
            "A probability{where} lies about {bare} points from the frequency that was observed"
        ),
    ),
    "group_calibration_error_difference": _of(
        "points",
        False,
        message("Calibration error: gap between groups"),
        message("Largest less smallest calibration error of groups."),
        message("Calibration errors{where} lie {bare} points apart"),
    ),
    "counterfactual_flip_rate": _of(
        "rate",
        False,
        message("Decisions that hang on the attribute"),
        message(
            "Share of rows whose decision would be another if nothing but the protected attribute "
            "were another."
        ),
        message(
            "Of 100 rows, about {share} would be decided otherwise if only the attribute{where} "
            "were another"
        ),
    ),
    "counterfactual_score_change": _of(
        "points",
        False,
        message("Score that hangs on the attribute"),
        message("Mean size of the change in score when only the protected attribute is exchanged."),
        message("Exchanging the attribute{where} moves the score by {bare} points on average"),
    ),
    "proxy_auc": _of(
        "score",
        False,
        message("Inputs tell the attribute (AUC)"),
        message(
            "How well a simple model tells a group from the inputs other than protected columns. "
            "0.5 says that they give nothing away; far above it, leaving the attribute out "
            "protects little."
        ),
        message(
            "Of 100 pairs of rows in and out of a group{where}, the other inputs tell about "
            "{share} the right way round (chance would be 50)"
        ),
    ),
    "decision_consistency": _of(
        "rate",
        True,
        message("Agreement with the nearest rows"),
        message("How far decisions agree with those of the rows that are most alike."),
        message(
            "Of 100 decisions on the rows most like a row{where}, about {share} are that row's own"
        ),
    ),
    "generalized_entropy_index": _of(
        "score",
        False,
        message("Inequality of benefits"),
        message(
            "Generalised entropy of what decisions grant beyond the label (Speicher et al. 2018): "
            "0 where mistakes favour or harm nobody."
        ),
        message("The inequality of benefits{where} is {value} (0 is none)"),
    ),
    "between_group_entropy": _of(
        "score",
        False,
        message("Inequality of benefits between groups"),
        message("The part of the inequality of benefits that lies between groups."),
        message("Of the inequality of benefits, {value} lies between groups{where}"),
    ),
}
"""By metric, in the order that the page shows them."""
