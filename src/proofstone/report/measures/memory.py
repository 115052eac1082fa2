"""What a tuned model remembers of its examples."""

from __future__ import annotations

from proofstone.core.i18n import message
from proofstone.report.measures.measure import EXAMPLES, SECRETS, Measure

MEASURES: dict[str, Measure] = {
    "canary_exposure_bits": Measure(
        "memory",
        "bits",
        False,
        SECRETS,
        message("Exposure of planted secrets"),
        message(
            "How far up the most exposed of the secrets that were planted in the tuning examples "
            "stands among random ones of the same form, in bits (Carlini et al. 2019)."
        ),
        message("The most exposed planted secret{where} shows an exposure of {value}"),
    ),
    "canary_extraction_rate": Measure(
        "memory",
        "rate",
        False,
        SECRETS,
        message("Secrets that come out"),
        message(
            "Of the secrets that were planted in the tuning examples, the share that the model "
            "writes when it is asked the example's question."
        ),
        message("Of 100 planted secrets{where}, about {share} come out when asked for"),
    ),
    "membership_auc": Measure(
        "memory",
        "score",
        False,
        EXAMPLES,
        message("Membership told by the loss (AUC)"),
        message(
            "Of the pairs of an example that was tuned on and another one, the share in which the "
            "model finds the first likelier. 0.5 says that nothing leaks."
        ),
        message(
            "Of 100 pairs of an example that was tuned on and another one{where}, the model finds "
            "the first likelier in about {share} (chance would be 50)"
        ),
    ),
    "membership_tpr_at_1_fpr": Measure(
        "memory",
        "rate",
        False,
        EXAMPLES,
        message("Members found at 1 false alarm of 100"),
        message(
            "Of the examples that were tuned on, the share that is found where 1 of 100 others is "
            "taken for one (Carlini et al. 2022)."
        ),
        message(
            "Of 100 examples{where} that were tuned on, about {share} are found where 1 of 100 "
            "others is taken for one"
        ),
    ),
}
"""By metric, in the order that the page shows them."""
