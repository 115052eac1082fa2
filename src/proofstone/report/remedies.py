"""What to try where fairness is short of its limit: which mitigation, and its measured price."""

from __future__ import annotations

from proofstone.core.i18n import _, message
from proofstone.report.measures import equity
from proofstone.report.numbers import bare, base_of, show
from proofstone.report.record import Candidate, Gate, Record, find
from proofstone.report.terms import metric_name, mitigation_name

_CONSTRAINED = message(
    "To try: training rows reweighed (mitigation: reweighing), training under a constraint "
    "(grid_search), or, where the law allows it, a threshold for each group (thresholds)."
)
_CALIBRATED = message(
    "To try: another calibration (train.calibration), or more rows of the groups whose "
    "probabilities are off."
)
_UNREAD = message("To try: leave the attribute out of the inputs (task.use_protected: false).")
_PROXIES = message(
    "To try: leave out the inputs that tell the group and do little for quality, or training under "
    "a constraint (mitigation: grid_search)."
)
_ALIKE = message("To try: a smoother family (logistic, ebm), or fewer inputs with noise in them.")

TO_TRY = {
    "base_rate_difference": message(
        "To try: ask how the labels came about; if they were unfair themselves, reweigh training "
        "rows (mitigation: reweighing) and judge by labels that were checked."
    ),
    "missingness_difference": message(
        "To try: collect the missing values of that group, or let the model see that they are "
        "missing (prepare.indicator)."
    ),
    "representation_difference": message("To try: collect more rows of the group that is too few."),
    "score_group_auc": _PROXIES,
    "proxy_auc": _PROXIES,
    "added_gap": _CONSTRAINED,
    "intersectional_excess": message(
        "To try: make a column of the intersection and mitigate by it (train.candidates.attribute)."
    ),
    "threshold_gap_shift": message(
        "To try: another threshold rule, away from where scores of one group crowd, or a band of "
        "scores that a person decides."
    ),
    "calibration_gap": _CALIBRATED,
    "calibration_gap_difference": _CALIBRATED,
    "group_calibration_error": _CALIBRATED,
    "group_calibration_error_difference": _CALIBRATED,
    "counterfactual_flip_rate": _UNREAD,
    "counterfactual_score_change": _UNREAD,
    "decision_consistency": _ALIKE,
    "generalized_entropy_index": _ALIKE,
    "between_group_entropy": _CONSTRAINED,
}
"""By metric of fairness, what usually helps. What it costs is measured, not known beforehand."""


def remedies(record: Record, gate: Gate) -> list[str]:
    """Return what was measured of mitigations and what else to try, for a gate about fairness.

    Empty for a gate about anything else, and where the value keeps the limit: then more rows help.
    """
    metric, value, limit = gate.finding.metric, gate.finding.value, gate.finding.limit
    if (metric not in equity.MEASURES and base_of(metric) == metric) or value is None:
        return []
    if limit is not None and (
        value >= limit if gate.finding.direction == "min" else value <= limit
    ):
        return []
    nearest = nearest_mitigation(record, gate)
    told = [_told(record, gate, nearest)] if nearest is not None else []
    return [text for text in (*told, _(TO_TRY.get(metric, _CONSTRAINED))) if text]


def nearest_mitigation(record: Record, gate: Gate) -> Candidate | None:
    """The mitigated candidate, not the shown one, that comes nearest to the limit; None if none.

    It must come nearer than the shown one.
    """
    about, sign = gate.finding, -1.0 if gate.finding.direction == "min" else 1.0
    best, least = None, sign * (about.value or 0.0)
    for one in record.candidates:
        found = find(one.findings, about.metric, about.subject)
        if one is record.shown or not one.mitigated or found is None or found.value is None:
            continue
        if sign * found.value < least:
            best, least = one, sign * found.value
    return best


def _told(record: Record, gate: Gate, one: Candidate) -> str:
    about = gate.finding
    found = find(one.findings, about.metric, about.subject)
    own, other = find(record.findings, record.quality), find(one.findings, record.quality)
    if found is None or own is None or other is None or None in (own.value, other.value):
        return ""
    return _(
        "Of the mitigations that were measured, {mitigation} ({name}) comes nearest: "
        "{metric} {found} instead of {now}; its price: {quality} {other} instead of {own}."
    ).format(
        mitigation=mitigation_name(one.mitigation),
        name=one.name,
        metric=metric_name(about.metric),
        found=show(about.metric, found.value),
        now=show(about.metric, about.value),
        quality=metric_name(record.quality),
        other=bare(record.quality, other.value),
        own=bare(record.quality, own.value),
    )
