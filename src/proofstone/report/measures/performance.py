"""Quality beyond decisions between two: classes, several labels, numbers, rankings, coverage."""

from __future__ import annotations

from proofstone.core.i18n import message
from proofstone.report.measures.measure import Measure, Unit

ROWS = message("{n} rows")
QUERIES = message("{n} queries")
LABELS = message("{n} rows with the label")


def _measure(
    kind: Unit, greatest: bool, name: str, meaning: str, sentence: str, counted: str = ROWS
) -> Measure:
    return Measure("performance", kind, greatest, counted, name, meaning, sentence)


CLASSES: dict[str, Measure] = {
    "balanced_accuracy": _measure(
        "rate",
        True,
        message("Balanced accuracy"),
        message("Mean over classes of the share of their cases that is decided rightly."),
        message("Of 100 cases{where} of each class, about {share} are decided rightly on average"),
    ),
    "macro_f1": _measure(
        "score",
        True,
        message("F1, mean over classes"),
        message(
            "F1 weighs what is missed against what is falsely found; here its mean, each class or "
            "label counting alike. 1 is perfect."
        ),
        message("The F1 score{where} is {value} on average over classes (1 is perfect)"),
    ),
    "weighted_f1": _measure(
        "score",
        True,
        message("F1, weighted by cases"),
        message("The mean F1 of classes, each counting by its number of cases. 1 is perfect."),
        message("The F1 score{where}, classes weighted by their cases, is {value} (1 is perfect)"),
    ),
    "top_k_accuracy": _measure(
        "rate",
        True,
        message("Right class among the first few"),
        message("Share of cases whose right class is among the few most probable (top-k)."),
        message("Of 100 cases{where}, the right class is among the first few for about {share}"),
    ),
    "multiclass_brier_score": _measure(
        "score",
        False,
        message("Brier score over classes"),
        message(
            "Mean squared distance between the probabilities of all classes and what happened. 0 "
            "is perfect, 2 is the worst."
        ),
        message(
            "The probabilities of all classes{where} miss what happened by a mean squared {value} "
            "(0 is perfect, 2 is the worst)"
        ),
    ),
    "macro_roc_auc": _measure(
        "score",
        True,
        message("Area under the ROC curve, mean over classes"),
        message(
            "Of the pairs of a case of a class and another one, the share in which the class's "
            "probability is higher for the first; mean over classes. 0.5 is chance."
        ),
        message(
            "Of 100 pairs of a case of a class and another one{where}, the model ranks about "
            "{share} the right way round on average over classes (chance would be 50)"
        ),
    ),
    "classwise_calibration_error": _measure(
        "points",
        False,
        message("Calibration error by class"),
        message(
            "How far a class's probability lies from how often it occurs, on average over groups "
            "of similar predictions and over classes."
        ),
        message(
            "A class's probability{where} lies about {bare} points from how often the class "
            "occurs, on average over classes"
        ),
    ),
    "class_recall": _measure(
        "rate",
        True,
        message("Found of a class"),
        message("Of the cases of a class, the share that is decided to be of it (recall)."),
        message("Of 100 cases{where}, about {share} are found"),
    ),
    "class_precision": _measure(
        "rate",
        True,
        message("Right of what is called a class"),
        message("Of the cases that are decided to be of a class, the share that truly is."),
        message("Of 100 cases that are decided to be such{where}, about {share} truly are"),
    ),
}

SEVERAL: dict[str, Measure] = {
    "subset_accuracy": _measure(
        "rate",
        True,
        message("All labels right"),
        message("Share of cases with every label right, none missed and none too many."),
        message("Of 100 cases{where}, about {share} have every label right"),
    ),
    "hamming_loss": _measure(
        "rate",
        False,
        message("Wrong labels (Hamming loss)"),
        message("Share of all yes-or-no answers about labels that is wrong."),
        message("Of 100 answers about a label{where}, about {share} are wrong"),
    ),
    "micro_f1": _measure(
        "score",
        True,
        message("F1 over all labels at once"),
        message("F1 of all answers about labels together, so that common labels count most."),
        message("The F1 score{where} over all labels at once is {value} (1 is perfect)"),
    ),
    "ranking_average_precision": _measure(
        "score",
        True,
        message("Label-ranking average precision"),
        message(
            "For each true label of a case, the share of true ones among the labels that are at "
            "least as probable; averaged. 1 says that true labels always come first."
        ),
        message(
            "Among the labels that are at least as probable as a true one{where}, about {share} of "
            "100 are true too"
        ),
    ),
    "label_f1": _measure(
        "score",
        True,
        message("F1 of a label"),
        message("F1 of one label: what is missed of it against what is falsely found."),
        message("The F1 score{where} is {value} (1 is perfect)"),
        LABELS,
    ),
}

NUMBERS: dict[str, Measure] = {
    "mean_absolute_error": _measure(
        "score",
        False,
        message("Mean absolute error"),
        message("How far an estimate lies from the true number, on average, in its unit."),
        message("An estimate{where} lies {value} from the true number on average"),
    ),
    "root_mean_squared_error": _measure(
        "score",
        False,
        message("Root mean squared error"),
        message("As the mean absolute error, but large errors count more."),
        message("The root of the mean squared error{where} is {value}"),
    ),
    "r_squared": _measure(
        "score",
        True,
        message("R² (variance explained)"),
        message(
            "How much better estimates are than the mean of all true numbers. 1 is perfect, 0 is "
            "no better, below 0 is worse."
        ),
        message("R²{where} is {value} (1 is perfect, 0 is no better than the mean)"),
    ),
    "mean_absolute_percentage_error": _measure(
        "rate",
        False,
        message("Mean error in percent"),
        message("How far an estimate lies from the true number, in percent of that number."),
        message("An estimate{where} lies about {bare} percent from the true number on average"),
    ),
    "absolute_error_quantile": _measure(
        "score",
        False,
        message("Error that nine of ten keep"),
        message(
            "The size of error that most estimates stay below: nine of ten, unless the project "
            "sets another share."
        ),
        message("Nine of ten estimates{where} lie within {value} of the true number"),
    ),
    "mean_error": _measure(
        "score",
        False,
        message("Mean error (bias)"),
        message(
            "Estimate minus true number, on average: above 0 where estimates lie too high, below "
            "where too low."
        ),
        message("Estimate minus true number{where} is {value} on average"),
    ),
    "slice_absolute_error": _measure(
        "score",
        False,
        message("Mean absolute error of a slice"),
        message("How far estimates lie from the true number within a part of the data."),
        message("An estimate{where} lies {value} from the true number on average"),
    ),
}

RANKINGS: dict[str, Measure] = {
    "ndcg": _measure(
        "score",
        True,
        message("NDCG"),
        message(
            "How much relevance stands high in the ranking, as a share of the best order that "
            "there is. 1 is perfect."
        ),
        message("The ranking{where} reaches {share} of 100 of what the best order would"),
        QUERIES,
    ),
    "mean_average_precision": _measure(
        "score",
        True,
        message("Mean average precision"),
        message("Precision at each relevant item, averaged over items and queries. 1 is perfect."),
        message("The mean average precision{where} is {value} (1 is perfect)"),
        QUERIES,
    ),
    "mean_reciprocal_rank": _measure(
        "score",
        True,
        message("Mean reciprocal rank"),
        message("One over the place of the first relevant item, averaged over queries."),
        message(
            "The mean reciprocal rank{where} is {value} (1: the first item is always relevant)"
        ),
        QUERIES,
    ),
    "precision_at_k": _measure(
        "rate",
        True,
        message("Relevant among the first"),
        message("Of the first items of a ranking, the share that is relevant."),
        message("Of 100 items at the head of a ranking{where}, about {share} are relevant"),
        QUERIES,
    ),
}

EXPOSURE: dict[str, Measure] = {
    "exposure_ratio": _measure(
        "score",
        True,
        message("Least attention to a group's items"),
        message(
            "How much attention the items of the group get that gets least, as ratio to all other "
            "items. A random order would give 1."
        ),
        message(
            "Items of the group that is shown least{where} get {value} times the attention of "
            "all others"
        ),
        QUERIES,
    ),
    "exposure_per_relevance_ratio": _measure(
        "score",
        True,
        message("Least attention to a group's items, by relevance"),
        message(
            "The same, as measured by how relevant the items are. It is 1 where attention is given "
            "as relevance is."
        ),
        message(
            "By their relevance, items of the group that is shown least{where} get {value} times "
            "the attention of all others"
        ),
        QUERIES,
    ),
}

COVERAGE: dict[str, Measure] = {
    "conformal_coverage": _measure(
        "rate",
        True,
        message("Coverage of conformal sets"),
        message(
            "Half of the cases set a threshold that promises a coverage, the other half shows how "
            "often the truth lies in the set or range that it gives."
        ),
        message("Of 100 cases{where}, the truth lies in the set or range for about {share}"),
    ),
    "conformal_set_size": _measure(
        "score",
        False,
        message("Classes in a conformal set"),
        message("How many classes a set of the promised coverage holds, on average."),
        message("A set of the promised coverage{where} holds {value} classes on average"),
    ),
    "conformal_width": _measure(
        "score",
        False,
        message("Width of a conformal range"),
        message("How wide the range about an estimate must be for the promised coverage."),
        message("A range of the promised coverage{where} is {value} wide"),
    ),
    "adaptive_coverage": _measure(
        "rate",
        True,
        message("Coverage of adaptive sets"),
        message(
            "How often the right class lies in a set that takes the most probable classes until "
            "their total keeps the promise."
        ),
        message("Of 100 cases{where}, the right class lies in the adaptive set for about {share}"),
    ),
    "adaptive_set_size": _measure(
        "score",
        False,
        message("Classes in an adaptive set"),
        message("How many classes an adaptive set holds, on average; more where it is unsure."),
        message("An adaptive set{where} holds {value} classes on average"),
    ),
    "conformal_group_coverage": _measure(
        "rate",
        True,
        message("Least coverage of a group"),
        message(
            "The coverage of the group that fares worst. What is promised holds for all cases "
            "together, not for each group."
        ),
        message(
            "In the group that fares worst{where}, the truth lies in the set or range for about "
            "{share} of 100"
        ),
    ),
}

MEASURES: dict[str, Measure] = CLASSES | SEVERAL | NUMBERS | RANKINGS | EXPOSURE | COVERAGE
"""By metric, in the order that the page shows them."""

PLAIN = frozenset(NUMBERS.keys() - {"mean_absolute_percentage_error"}) | {
    "adaptive_set_size",
    "conformal_set_size",
    "conformal_width",
    "multiclass_brier_score",
}
"""Metrics whose values lie on no scale from 0 to 1."""
