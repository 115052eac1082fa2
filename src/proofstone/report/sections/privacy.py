"""What the model gives away of the persons in its data: membership, secret values, epsilon."""

from __future__ import annotations

from collections.abc import Sequence

from proofstone.core.finding import Finding
from proofstone.core.i18n import _, message
from proofstone.report.charts.low_rates import low_rates_chart
from proofstone.report.numbers import bound, count, number, plain, show, span
from proofstone.report.record import Record, find, listing, mapping
from proofstone.report.sections.measured import of_part, table
from proofstone.report.sections.section import View
from proofstone.report.terms import metric_name, subject_name

_MEMBERSHIP = (
    "row_membership_auc",
    "row_membership_tpr_at_1_fpr",
    "row_membership_tpr_at_01_fpr",
)
ATTACKS = {
    "lira_online": message("LiRA, online (Carlini et al. 2022)"),
    "lira_offline": message("LiRA, offline (Carlini et al. 2022)"),
    "rmia": message("RMIA (Zarifzadeh, Liu and Shokri 2024)"),
    "loss": message("Loss alone (Yeom et al. 2018)"),
}


def view(record: Record) -> View | None:
    """The strongest attacks, each attack with its null test; None where nothing was measured."""
    findings = of_part(record, "privacy")
    if not findings:
        return None
    return {
        "table": table(record, [one for one in findings if one.subject == "all"]),
        "chart": _chart(record),
        "metrics": [metric_name(metric) for metric in _MEMBERSHIP],
        "attacks": _attacks(record),
        "columns": [
            {
                "name": subject_name(one.subject),
                "value": show(one.metric, one.value),
                "interval": span(one.metric, one.low, one.high),
            }
            for one in findings
            if one.metric == "attribute_inference_gain" and one.subject != "all"
        ],
        "texts": [*_shadows(record), *_inputs(findings), *_audit(record)],
    }


def _chart(record: Record) -> object | None:
    """The strongest attack's share of rows found against its false alarms."""
    finding = find(record.findings, "row_membership_auc")
    if finding is None or finding.value is None:
        return None
    points = [tuple(map(number, listing(one))) for one in listing(finding.details.get("curve"))]
    curve = [(one[0], one[1]) for one in points if len(one) == 2 and None not in one]
    attack = ATTACKS.get(str(finding.details.get("attack")))
    if not curve or attack is None:
        return None
    return low_rates_chart(
        _("Rows found against false alarms: {attack}").format(attack=_(attack)),
        _("Both axes are logarithmic; on the dashed line nothing leaks."),
        [(float(x or 0.0), float(y or 0.0)) for x, y in curve],
        (_("Other rows taken for members"), _("Members found")),
        lambda rate: f"{100 * rate:.3g}%",
    )


def _attacks(record: Record) -> list[dict[str, object]]:
    """Each attack's values beside each other, with the area that its null test found."""
    rows: list[dict[str, object]] = []
    for attack, name in ATTACKS.items():
        found = [_of(record, metric, attack) for metric in _MEMBERSHIP]
        first = found[0]
        if first is None:
            continue
        null = number(mapping(first.details.get("null")).get("auc"))
        rows.append(
            {
                "name": _(name),
                "values": [_with_span(one) for one in found],
                "null": plain(null, 3),
            }
        )
    return rows


def _of(record: Record, metric: str, subject: str) -> Finding | None:
    return next(
        (one for one in record.findings if (one.metric, one.subject) == (metric, subject)), None
    )


def _with_span(finding: Finding | None) -> str:
    if finding is None or finding.value is None:
        return _("withheld")
    interval = span(finding.metric, finding.low, finding.high)
    return f"{show(finding.metric, finding.value)} ({interval})"


def _shadows(record: Record) -> list[str]:
    """How many models the attacks were tried on."""
    finding = find(record.findings, "row_membership_auc")
    models = number(finding.details.get("shadows")) if finding is not None else None
    if not models:
        return []
    text = _(
        "{n} shadow models, fitted by the same procedure on random halves of the rows, were "
        "attacked in turn. Each attack was also told of members that were drawn by lot: there its "
        "AUC must not differ from 0.5, or its values are withheld."
    )
    return [text.format(n=count(models))]


def _inputs(findings: Sequence[Finding]) -> list[str]:
    """Columns about which the score can say nothing of its own."""
    names = [
        one.subject
        for one in findings
        if one.metric == "attribute_inference_gain" and one.details.get("input") is False
    ]
    if not names:
        return []
    text = _(
        "The score is computed without {columns}: it says nothing of them that the other inputs do "
        "not say."
    )
    return [text.format(columns=", ".join(map(subject_name, names)))]


def _audit(record: Record) -> list[str]:
    """How many guesses came right, and the claim beside them."""
    finding = find(record.findings, "epsilon_lower_bound")
    if finding is None or finding.value is None:
        return []
    right, guesses = (number(finding.details.get(name)) for name in ("right", "guesses"))
    text = _(
        "The audit guessed of {guesses} rows whether they were in one run; {right} came right."
    )
    told = [text.format(guesses=count(guesses), right=count(right))]
    claim = number(finding.details.get("claimed_epsilon"))
    if claim is not None:
        refuted = finding.value > claim
        says = (
            _("The claimed privacy loss of {claim} is refuted.")
            if refuted
            else _("The claimed privacy loss of {claim} is not refuted; no audit can prove it.")
        )
        told.append(says.format(claim=bound("epsilon_lower_bound", claim)))
    return told
