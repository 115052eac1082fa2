"""What decisions about rows of a table withstand: damage, attacks, any change within a radius."""

from __future__ import annotations

from proofstone.core.i18n import message
from proofstone.report.measures.measure import Measure

ROWS = message("{n} rows")
ATTACKS = message("{n} attacks")

MEASURES: dict[str, Measure] = {
    "corrupted_flip_rate": Measure(
        "robustness",
        "rate",
        False,
        ROWS,
        message("Decisions that damage flips"),
        message(
            "Share of cases whose decision changes under the worst kind of ordinary damage to the "
            "data: typing errors, missing values, noise, wrong units, swapped columns, shifts."
        ),
        message("Of 100 rows{where}, about {share} are decided otherwise once damaged"),
    ),
    "corrupted_auc_drop": Measure(
        "robustness",
        "points",
        False,
        ROWS,
        message("Drop in AUC under damage"),
        message(
            "How much of the area under the ROC curve is lost on the same rows under the worst "
            "kind of ordinary damage. 0 is best."
        ),
        message("Damage{where} costs {value} of the area under the ROC curve"),
    ),
    "corrupted_log_loss_rise": Measure(
        "robustness",
        "nats",
        False,
        ROWS,
        message("Rise in log loss under damage"),
        message(
            "How much the log loss grows on the same rows under the worst kind of ordinary damage. "
            "0 is best."
        ),
        message("Damage{where} raises the log loss by {value}"),
    ),
    "boundary_flip_rate": Measure(
        "robustness",
        "rate",
        False,
        ROWS,
        message("Decisions that a small, sought change flips"),
        message(
            "Of the rightly decided cases, the share for which a search finds a possible change "
            "that flips the decision and costs little: the sum over columns of how far each moves "
            "in rank, another category counting one half."
        ),
        message("Of 100 rightly decided rows{where}, a small change flips about {share}"),
    ),
    "boundary_cost": Measure(
        "robustness",
        "score",
        True,
        ROWS,
        message("Median cost of flipping a decision"),
        message(
            "The cost of the cheapest change found, for the case in the middle: the sum over "
            "columns of how far each moves in rank."
        ),
        message("The cheapest change that flips a decision{where} costs {value} in the middle"),
    ),
    "certified_accuracy": Measure(
        "robustness",
        "rate",
        True,
        ROWS,
        message("Certified accuracy of the smoothed model"),
        message(
            "Share of cases that the model, averaged over noise, decides rightly whatever happens "
            "to the numbers within the radius; proven, not sought (Cohen et al. 2019)."
        ),
        message("Of 100 rows{where}, about {share} are provably right within the radius"),
    ),
    "abstention_rate": Measure(
        "robustness",
        "rate",
        False,
        ROWS,
        message("Abstentions of the smoothed model"),
        message("Share of cases in which noise leaves it open which decision is the likelier."),
        message("Of 100 rows{where}, the smoothed model decides about {share} not at all"),
    ),
    "robust_accuracy": Measure(
        "robustness",
        "rate",
        True,
        ROWS,
        message("Robust accuracy"),
        message(
            "Share of cases that are decided rightly and that attackers who follow the model's "
            "gradients cannot flip within the radius."
        ),
        message("Of 100 rows{where}, about {share} stay right under attack"),
    ),
    "detector_false_alarm_rate": Measure(
        "robustness",
        "rate",
        False,
        ROWS,
        message("False alarms about honest rows"),
        message("Share of honest cases about which the detector of attacks gives an alarm."),
        message("Of 100 honest rows{where}, the detector takes about {share} for attacks"),
    ),
    "attack_detection_rate": Measure(
        "robustness",
        "rate",
        True,
        ATTACKS,
        message("Attacks that are detected"),
        message("Share of attacks about which the detector gives an alarm."),
        message("Of 100 attacks{where}, the detector finds about {share}"),
    ),
    "adaptive_detection_rate": Measure(
        "robustness",
        "rate",
        True,
        ATTACKS,
        message("Attacks that are detected, by who knows the detector"),
        message(
            "Share of attacks in which an attacker who knows the detector finds no change that "
            "passes it."
        ),
        message("Of 100 attackers{where} who know the detector, about {share} are found out"),
    ),
}
"""By metric, in the order that the page shows them."""
