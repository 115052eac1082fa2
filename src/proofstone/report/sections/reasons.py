"""What the score follows, as curves and rules; what would turn a decision; how stable that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from proofstone.core.finding import Finding
from proofstone.core.i18n import _, message
from proofstone.report.numbers import compact, count, number, plain, share
from proofstone.report.record import Record, find, listing, mapping
from proofstone.report.sections.curves import CURVES, curves
from proofstone.report.sections.measured import of_part, table
from proofstone.report.sections.section import View
from proofstone.report.terms import metric_name

CONDITIONS = {
    "at_most": message("{column} is at most {value}"),
    "above": message("{column} is above {value}"),
    "equal": message("{column} is “{value}”"),
    "other": message("{column} is not “{value}”"),
    "missing": message("{column} is missing"),
    "known": message("{column} is known"),
}
OR_MISSING = message("{condition} or missing")
EXAMPLES = 3


def view(record: Record) -> View | None:
    """Measures, curves of single inputs, rules, examples of recourse; None without any."""
    findings = of_part(record, "reasons")
    if not findings:
        return None
    shown = [one for one in findings if one.metric not in (*CURVES, "recourse_changes")]
    return {
        "table": _table(record, shown) if shown else None,
        "curves": curves(record),
        "rules": _rules(record) or _estimates(record),
        "recourse": _recourse(record),
        "texts": [*_gap(record), *_refits(record)],
    }


def _table(record: Record, findings: Sequence[Finding]) -> View:
    """The measures; a difference between groups is named, as it has no row about all cases."""
    made = table(record, findings)
    for row, finding in zip(made["rows"], findings, strict=True):
        if finding.metric == "recourse_cost_difference":
            name = metric_name(finding.metric)
            row["name"] = _("{metric} of {subject}").format(metric=name, subject=finding.subject)
    return made


def _rules(record: Record) -> dict[str, Any] | None:
    """Each rule in words with its rows, and how the rules compare with the commoner decision."""
    finding = find(record.findings, "surrogate_fidelity")
    rules = [mapping(one) for one in listing(finding.details.get("rules"))] if finding else []
    if finding is None or not rules:
        return None
    text = _(
        "Taking the commoner decision every time would be right about the model in {majority}."
    )
    return {
        "rows": [
            {
                "when": condition_text(listing(one.get("conditions"))),
                "decision": _decided(record, finding, str(one.get("decision"))),
                "rows": count(one.get("rows")),
                "alike": count(one.get("alike")),
            }
            for one in rules
        ],
        "alike": _("The model says so too"),
        "text": text.format(majority=share(number(finding.details.get("majority")))),
    }


def _decided(record: Record, finding: Finding, decision: str) -> str:
    """What a rule decides: for or against the positive class, or one of several classes."""
    if "classes" in finding.details:
        return _("“{name}”").format(name=decision)
    return _decision(record, decision == "positive")


def _estimates(record: Record) -> dict[str, Any] | None:
    """Each rule about a number in words: what it says, and what the model says there."""
    finding = find(record.findings, "surrogate_r_squared")
    rules = [mapping(one) for one in listing(finding.details.get("rules"))] if finding else []
    if not rules:
        return None
    return {
        "rows": [
            {
                "when": condition_text(listing(one.get("conditions"))),
                "decision": compact(number(one.get("estimate"))),
                "rows": count(one.get("rows")),
                "alike": compact(number(one.get("mean"))),
            }
            for one in rules
        ],
        "alike": _("The model's mean there"),
        "text": _("The rules were fitted to one half of the rows and are held against the other."),
    }


def _decision(record: Record, positive: bool) -> str:
    text = _("decided “{positive}”") if positive else _("not decided “{positive}”")
    return text.format(positive=record.positive)


def condition_text(conditions: list[Any]) -> str:
    """The conditions of a rule in words, in the language in force."""
    parts = []
    for entry in conditions:
        one = mapping(entry)
        known = CONDITIONS.get(str(one.get("is")))
        if known is None:
            continue
        said = _(known).format(column=one.get("column"), value=_cell(one.get("value")))
        parts.append(_(OR_MISSING).format(condition=said) if one.get("or_missing") else said)
    return _(" and ").join(parts) if parts else _("every row")


def _cell(value: Any) -> str:
    if value is None:
        return _("missing")
    known = number(value)
    return str(value) if known is None else compact(known)


def _recourse(record: Record) -> dict[str, Any] | None:
    finding = find(record.findings, "recourse_rate")
    if finding is None:
        return None
    details = finding.details
    adverse = _decision(record, details.get("adverse") == "positive")
    texts = [_("These are rows that were {decision}.").format(decision=adverse)]
    changes = find(record.findings, "recourse_changes")
    if changes is not None and changes.value is not None:
        text = _("The number of inputs to change is {count} for the row in the middle.")
        texts.append(text.format(count=compact(changes.value)))
    fixed = [str(name) for name in listing(details.get("fixed"))]
    if fixed:
        texts.append(_("Held fixed: {columns}.").format(columns=", ".join(fixed)))
    left = [str(name) for name in listing(details.get("relations_left_out"))]
    if left:
        text = _("Relations that speak of other columns were not asked for: {rules}.")
        texts.append(text.format(rules=", ".join(left)))
    examples = [mapping(one) for one in listing(details.get("examples"))][:EXAMPLES]
    return {"texts": texts, "examples": [_example(one) for one in examples]}


def _example(one: Mapping[str, Any]) -> dict[str, Any]:
    changes = [mapping(change) for change in listing(one.get("changes"))]
    return {
        "row": str(one.get("row", "")),
        "cost": plain(number(one.get("cost")), 3),
        "score": _("{before} becomes {after}; {threshold} decides").format(
            before=share(number(one.get("score"))),
            after=share(number(one.get("score_after"))),
            threshold=share(number(one.get("threshold"))),
        ),
        "changes": [
            (str(change.get("column")), _cell(change.get("from")), _cell(change.get("to")))
            for change in changes
        ],
    }


def _gap(record: Record) -> list[str]:
    """By how much Shapley values miss the score that they must add up to."""
    gaps = [
        known
        for finding in record.findings
        if finding.metric == "mean_abs_shapley"
        and (known := number(finding.details.get("efficiency_gap"))) is not None
    ]
    if not gaps:
        return []
    text = _("Shapley values and their starting point add up to each score within {gap}.")
    return [text.format(gap=compact(max(gaps)))]


def _refits(record: Record) -> list[str]:
    finding = find(record.findings, "refit_disagreement")
    refits = number(finding.details.get("refits")) if finding is not None else None
    if refits is None:
        return []
    text = _(
        "{count} models were fitted in the same way, each on a random half of the rows; with half "
        "the rows they differ more than refits on all rows would."
    )
    return [text.format(count=count(refits))]
