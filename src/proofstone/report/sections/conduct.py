"""Whether replies hold when the question is set otherwise, or somebody else asks; how long."""

from __future__ import annotations

from typing import Any

from proofstone.core.i18n import _, message
from proofstone.report.numbers import MISSING, count
from proofstone.report.record import Record, find, listing, mapping
from proofstone.report.sections.exchanges import Kind, shown
from proofstone.report.sections.measured import of_part, table
from proofstone.report.sections.section import View
from proofstone.report.terms import subject_name

KINDS = (
    Kind(
        "outcome_flip_rate",
        "examples",
        message("Another outcome for a question set otherwise"),
        message("The same question, first as it was written, then as it was changed."),
    ),
    Kind(
        "counterfactual_outcome_difference",
        "examples",
        message("Another outcome for another person"),
        message("Both persons asked the same question."),
    ),
    Kind(
        "cut_short_rate",
        "examples",
        message("Answers cut short"),
        message("They end at the greatest allowed number of tokens."),
    ),
)


def view(record: Record) -> View | None:
    """Rates, the groups compared, examples; None where nothing of it was measured."""
    findings = of_part(record, "conduct")
    if not findings:
        return None
    return {
        "table": table(record, findings),
        "groups": _groups(record),
        "kinds": shown(record, KINDS),
    }


def _groups(record: Record) -> list[dict[str, Any]]:
    """For both groups of each attribute, how many of their questions were answered, and rightly."""
    finding = find(record.findings, "counterfactual_outcome_difference")
    rows = []
    for entry in listing(finding.details.get("groups")) if finding is not None else []:
        one = mapping(entry)
        names = [str(name) for name in listing(one.get("groups"))]
        answered, right = listing(one.get("answered")), listing(one.get("right"))
        if not len(names) == len(answered) == len(right):
            continue
        for name, *counts in zip(names, answered, right, strict=True):
            rows.append(
                {
                    "attribute": subject_name(f"attribute={one.get('attribute')}"),
                    "group": _(GROUPS[name]) if name in GROUPS else name,
                    "n": count(one.get("pairs")) or MISSING,
                    "answered": count(counts[0]),
                    "right": count(counts[1]),
                }
            )
    return rows


GROUPS = {
    "female": message("female name"),
    "male": message("male name"),
    "majority": message("name common in the language"),
    "minority": message("name of a minority"),
    "richer": message("richer region"),
    "poorer": message("poorer region"),
}
