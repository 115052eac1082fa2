"""What a tuned model remembers of its tuning examples: planted secrets, and who was among them."""

from __future__ import annotations

from typing import Any

from proofstone.core.i18n import _
from proofstone.report.numbers import MISSING, number, plain, show, span
from proofstone.report.record import Record, find, listing, mapping
from proofstone.report.sections.measured import of_part, table
from proofstone.report.sections.section import View


def view(record: Record) -> View | None:
    """What was measured, each planted secret, the controls; None where nothing was measured."""
    findings = of_part(record, "memory")
    if not findings:
        return None
    return {
        "table": table(record, findings),
        "canaries": _canaries(record),
        "texts": [*_chance(record), *_controls(record)],
    }


def _canaries(record: Record) -> list[dict[str, str]]:
    """The question of each planted secret, and how exposed the secret is; never the secret."""
    finding = find(record.findings, "canary_exposure_bits")
    rows = []
    for entry in listing(finding.details.get("canaries")) if finding is not None else []:
        one = mapping(entry)
        ends = number(one.get("low")), number(one.get("high"))
        rows.append(
            {
                "question": str(one.get("question") or ""),
                "value": show("canary_exposure_bits", number(one.get("exposure"))),
                "interval": span("canary_exposure_bits", *ends) or MISSING,
            }
        )
    return rows


def _chance(record: Record) -> list[str]:
    """What the greatest exposure would be by chance, and at most."""
    finding = find(record.findings, "canary_exposure_bits")
    details: Any = finding.details if finding is not None else {}
    chance, most = number(details.get("by_chance")), number(details.get("most_measurable"))
    if chance is None or most is None:
        return []
    text = _(
        "Had none of these secrets been remembered, the greatest exposure would be about {chance} "
        "bits; more than {most} bits cannot be shown with so many random ones."
    )
    return [text.format(chance=plain(chance, 1), most=plain(most, 1))]


def _controls(record: Record) -> list[str]:
    """What the two controls of membership found: both must lie about one half."""
    finding = find(record.findings, "membership_auc")
    controls = mapping(finding.details.get("controls")) if finding is not None else {}
    aucs = [number(mapping(controls.get(name)).get("auc")) for name in ("tokens", "halves")]
    if None in aucs:
        return []
    text = _(
        "Two controls must find nothing: by their length alone, examples are told apart with an "
        "AUC of {tokens}; halves of the others, drawn at random, with {halves}."
    )
    return [text.format(tokens=plain(aucs[0], 2), halves=plain(aucs[1], 2))]
