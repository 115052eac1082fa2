"""Names of metrics, verdicts, mitigations and their meaning in plain words."""

from __future__ import annotations

import re

from proofstone.core.finding import Verdict
from proofstone.core.i18n import _, message
from proofstone.report.measures import MEASURES
from proofstone.report.numbers import base_of

_CONDITION = re.compile(r" (=|<|>=|in|is) .")

VERDICTS = {
    Verdict.PASS: message("Pass"),
    Verdict.FAIL: message("Fail"),
    Verdict.INCONCLUSIVE: message("Inconclusive"),
    Verdict.NOT_RUN: message("Not run"),
    Verdict.NOT_APPLICABLE: message("Not applicable"),
}

METRICS = {
    "roc_auc": message("Area under the ROC curve (AUC)"),
    "average_precision": message("Average precision"),
    "log_loss": message("Log loss"),
    "brier_score": message("Brier score"),
    "expected_calibration_error": message("Expected calibration error"),
    "accuracy": message("Accuracy"),
    "balanced_accuracy": message("Balanced accuracy"),
    "selection_rate": message("Selection rate"),
    "true_positive_rate": message("True positive rate"),
    "false_positive_rate": message("False positive rate"),
    "true_negative_rate": message("True negative rate"),
    "false_negative_rate": message("False negative rate"),
    "precision": message("Precision"),
    "negative_predictive_value": message("Negative predictive value"),
    "decision_flip_rate": message("Decision flip rate"),
    "equalized_odds": message("Equalized odds"),
    "mean_abs_shapley": message("Mean absolute Shapley value"),
    "slice_log_loss": message("Log loss of a slice"),
    "slice_error": message("Error rate of a slice"),
    "answer_match_rate": message("Answer match rate"),
} | {metric: one.name for metric, one in MEASURES.items()}

MEANINGS = {
    "roc_auc": message(
        "Of all pairs of one truly positive and one truly negative case, the share in which the "
        "model gives the positive one the higher score. 0.5 is chance, 1 is perfect."
    ),
    "average_precision": message(
        "Precision averaged over all thresholds, weighted by how many positives each one finds. "
        "The share of positives in the data is what chance would reach."
    ),
    "log_loss": message(
        "How surprised the model is by what truly happened, on average; confident mistakes cost "
        "most. 0 is perfect; lower is better."
    ),
    "brier_score": message(
        "Mean squared distance between the predicted probability and what happened. 0 is perfect; "
        "always saying one half gives 0.25."
    ),
    "expected_calibration_error": message(
        "How far a predicted probability lies from the observed frequency, on average over groups "
        "of similar predictions."
    ),
    "accuracy": message("Share of all decisions that are right."),
    "balanced_accuracy": message(
        "Mean of the true positive rate and the true negative rate, so that a rare class counts "
        "as much as a common one."
    ),
    "selection_rate": message("Share of all cases that the model decides as positive."),
    "true_positive_rate": message(
        "Of the truly positive cases, the share that the model decides as positive (recall)."
    ),
    "false_positive_rate": message(
        "Of the truly negative cases, the share that the model wrongly decides as positive."
    ),
    "true_negative_rate": message(
        "Of the truly negative cases, the share that the model rightly decides as negative."
    ),
    "false_negative_rate": message("Of the truly positive cases, the share that the model misses."),
    "precision": message(
        "Of the cases that the model decides as positive, the share that truly are."
    ),
    "negative_predictive_value": message(
        "Of the cases that the model decides as negative, the share that truly are."
    ),
    "decision_flip_rate": message(
        "Share of cases whose decision changes when their values are changed a little."
    ),
    "equalized_odds": message(
        "The larger of two gaps between groups: in true positive rate and in false positive rate."
    ),
    "mean_abs_shapley": message(
        "How much one input moves the score, on average over cases. It describes the model, not "
        "the world: it does not say that the input causes the outcome."
    ),
    "slice_log_loss": message("Log loss within a part of the data."),
    "slice_error": message("Share of wrong decisions within a part of the data."),
    "answer_match_rate": message("Share of questions whose answer holds an expected text."),
} | {metric: one.meaning for metric, one in MEASURES.items()}

MITIGATIONS = {
    "none": message("none"),
    "reweighing": message("reweighing of training rows"),
    "grid_search": message("training under a fairness constraint (grid search)"),
    "thresholds": message("a threshold for each group"),
}

ESTIMATORS = {
    "procedure": message("cross-fitted: judges the procedure"),
    "bytes": message("held-out: judges these model bytes"),
}

KINDS = {
    "number": message("number"),
    "category": message("category"),
    "boolean": message("boolean"),
    "text": message("text"),
}

ROLES = {
    "feature": message("feature"),
    "label": message("label"),
    "protected": message("protected attribute"),
    "group": message("group of rows"),
    "time": message("time"),
    "id": message("identifier"),
    "ignore": message("not used"),
}


SUBJECTS = {
    "language=en": message("in English"),
    "language=zh": message("in Chinese"),
    "attribute=gender": message("of different gender"),
    "attribute=region": message("from different regions"),
    "attribute=origin": message("with names of different origin"),
    "change=typos": message("with typing errors"),
    "change=wording": message("set otherwise"),
    "corruption=typos": message("with typing errors"),
    "corruption=missing": message("with values missing"),
    "corruption=noise": message("with noise on all numbers"),
    "corruption=units_x10": message("with one number ten times too large"),
    "corruption=units_x100": message("with one number a hundred times too large"),
    "corruption=units_x0.001": message("with one number a thousand times too small"),
    "corruption=swapped": message("with two like columns swapped"),
    "corruption=shifted": message("with one number shifted"),
    "corruption=reweighted": message("with other people"),
    "norm=linf": message("by the largest difference"),
    "norm=l2": message("by Euclidean distance"),
    "lira_online": message("by LiRA online"),
    "lira_offline": message("by LiRA offline"),
    "rmia": message("by RMIA"),
    "loss": message("by the loss alone"),
}
"""What a part of the questions or rows, or a way to measure, is called behind the noun."""

_WHERE = message(" {subject}")


def verdict_name(verdict: Verdict) -> str:
    """The verdict as a word in the language in force."""
    return _(VERDICTS[verdict])


def metric_name(metric: str) -> str:
    """The metric's name in the language in force; an unknown one is shown as it is."""
    base = base_of(metric)
    name = _(METRICS[base]) if base in METRICS else base
    if metric == base:
        return name
    if metric.endswith("_difference"):
        return _("{metric}: difference").format(metric=name)
    return _("{metric}: ratio").format(metric=name)


def subject_name(subject: str) -> str:
    """What was measured, in the language in force."""
    if subject == "all":
        return _("all cases")
    return _(SUBJECTS[subject]) if subject in SUBJECTS else slice_name(subject)


def where(subject: str) -> str:
    """The part of the questions that `subject` names, to stand behind its noun; empty for all."""
    if subject == "all":
        return ""
    if subject in SUBJECTS:
        return _(_WHERE).format(subject=_(SUBJECTS[subject]))
    return _(" ({subject})").format(subject=slice_name(subject))


def slice_name(subject: str) -> str:
    """A slice of one or two conditions in the language in force; anything else as it is."""
    parts = subject.split(" and ")
    conditions = all(_CONDITION.search(part) for part in parts)
    return _(" and ").join(map(_condition, parts)) if conditions else subject


def _condition(text: str) -> str:
    column, missing, rest = text.rpartition(" is missing")
    return _("{column} is missing").format(column=column) if missing and not rest else text


def kind_name(kind: str) -> str:
    """What a column holds, in the language in force."""
    return _(KINDS[kind]) if kind in KINDS else kind


def role_name(role: str) -> str:
    """What a column is used for, in the language in force."""
    return _(ROLES[role]) if role in ROLES else role


def mitigation_name(mitigation: str) -> str:
    """What was done about unfairness, in the language in force."""
    return _(MITIGATIONS[mitigation]) if mitigation in MITIGATIONS else mitigation


def meaning(metric: str) -> str:
    """What the metric measures, in plain words; empty for an unknown one."""
    base = base_of(metric)
    return _(MEANINGS[base]) if base in MEANINGS else ""
