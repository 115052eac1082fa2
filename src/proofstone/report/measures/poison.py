"""Signs that labels were flipped or a back door was built in."""

from __future__ import annotations

from proofstone.core.i18n import message
from proofstone.report.measures.measure import Measure
from proofstone.report.measures.privacy import ROWS

MEASURES: dict[str, Measure] = {
    "trigger_success_rate": Measure(
        "poison",
        "rate",
        False,
        ROWS,
        message("Decisions that a suspected trigger turns"),
        message(
            "The likeliest trigger among values, pairs of values and words that few rows carry, "
            "all with one label: of the rows that are decided otherwise, the share whose decision "
            "turns when it is put in. 0 says that no candidate was found."
        ),
        message(
            "Of 100 decisions{where} that the likeliest trigger is put to, it turns about {share}"
        ),
    ),
    "suspected_trigger_rows": Measure(
        "poison",
        "rate",
        False,
        ROWS,
        message("Rows that carry a suspected trigger"),
        message("The share of rows that carry something which turns most decisions about others."),
        message("Of 100 rows{where}, about {share} carry a suspected trigger"),
    ),
    "suspected_cluster_rows": Measure(
        "poison",
        "rate",
        False,
        ROWS,
        message("Rows in a suspected cluster"),
        message(
            "The share of rows in parts of a class that the model sees as a group apart, and whose "
            "labels nothing else accounts for (activation clustering, Chen et al. 2018)."
        ),
        message("Of 100 rows{where}, about {share} lie in a cluster with labels of its own"),
    ),
    "spectral_signature_rows": Measure(
        "poison",
        "rate",
        False,
        ROWS,
        message("Rows with a spectral signature"),
        message(
            "The share of rows at the ends of the direction along which the model sees a class "
            "differ most (Tran, Li and Madry 2018), whose labels nothing else accounts for."
        ),
        message("Of 100 rows{where}, about {share} stand out at an end of their class"),
    ),
    "suspected_label_rate": Measure(
        "poison",
        "rate",
        False,
        ROWS,
        message("Labels that the score contradicts"),
        message(
            "The share of rows whose label is not the class that the score is confident of "
            "(Northcutt, Jiang and Chuang 2021). Honest exceptions count too."
        ),
        message("Of 100 labels{where}, the score confidently contradicts about {share}"),
    ),
    "label_flip_rate": Measure(
        "poison",
        "rate",
        False,
        ROWS,
        message("Labels that may have been flipped"),
        message(
            "The share of flipped labels that confident learning comes to. Where classes overlap "
            "it counts honest exceptions too, and is too high."
        ),
        message("Of 100 labels{where}, about {share} were flipped, as confident learning reckons"),
    ),
    "even_flip_bound": Measure(
        "poison",
        "rate",
        False,
        ROWS,
        message("Evenly flipped labels at most"),
        message(
            "Among the rows whose score is surest, the share with the other label. Flips that fall "
            "evenly on all rows cannot be more than this (Scott 2015)."
        ),
        message("Of 100 labels{where}, no more than about {share} were flipped evenly"),
    ),
}
"""By metric, in the order that the page shows them."""
