"""What a model of a table gives away: who was in its data, and what they kept to themselves."""

from __future__ import annotations

from proofstone.core.i18n import message
from proofstone.report.measures.measure import Measure

ROWS = message("{n} rows")

MEASURES: dict[str, Measure] = {
    "row_membership_auc": Measure(
        "privacy",
        "score",
        False,
        ROWS,
        message("Who was in the data, told by the score (AUC)"),
        message(
            "Of the pairs of a row that a model was fitted on and another one, the share in which "
            "an attack finds the first likelier to be one. 0.5 says that nothing leaks."
        ),
        message(
            "Of 100 pairs of a row that was fitted on and another one, an attack{where} tells "
            "about {share} the right way round (chance would be 50)"
        ),
    ),
    "row_membership_tpr_at_1_fpr": Measure(
        "privacy",
        "rate",
        False,
        ROWS,
        message("Rows found at 1 false alarm of 100"),
        message(
            "Of the rows that a model was fitted on, the share that an attack finds where it takes "
            "1 of 100 others for one (Carlini et al. 2022)."
        ),
        message(
            "Of 100 rows that were fitted on, an attack{where} finds about {share} where it takes "
            "1 of 100 others for one"
        ),
    ),
    "row_membership_tpr_at_01_fpr": Measure(
        "privacy",
        "rate",
        False,
        ROWS,
        message("Rows found at 1 false alarm of 1,000"),
        message(
            "Of the rows that a model was fitted on, the share that an attack finds where it takes "
            "1 of 1,000 others for one (Carlini et al. 2022)."
        ),
        message(
            "Of 100 rows that were fitted on, an attack{where} finds about {share} where it takes "
            "1 of 1,000 others for one"
        ),
    ),
    "attribute_inference_gain": Measure(
        "privacy",
        "points",
        False,
        ROWS,
        message("Gain in guessing a secret value"),
        message(
            "By how many points more of 100 pairs are told apart when a secret value is guessed "
            "with the row's score and not from the other inputs alone. 0 says that nothing leaks."
        ),
        message("Knowing the score, a secret value{where} is guessed better by {value}"),
    ),
    "epsilon_lower_bound": Measure(
        "privacy",
        "nats",
        False,
        ROWS,
        message("Privacy loss at least (epsilon)"),
        message(
            "The greatest privacy loss that one training run refutes: no smaller epsilon can be "
            "claimed for it (Steinke, Nasr and Jagielski 2023). 0 says that none is refuted."
        ),
        message("One training run{where} refutes every claim of a privacy loss below {value}"),
    ),
}
"""By metric, in the order that the page shows them."""
