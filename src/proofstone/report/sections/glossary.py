"""The metrics of this page in plain words."""

from __future__ import annotations

from proofstone.core.i18n import _
from proofstone.report.numbers import base_of
from proofstone.report.record import Record
from proofstone.report.sections.section import View
from proofstone.report.terms import METRICS, meaning, metric_name


def view(record: Record) -> View:
    """Every known metric that occurs, then the words of the page."""
    findings = [*(gate.finding for gate in record.gates), *record.findings]
    used = {base_of(finding.metric) for finding in findings}
    entries = [(metric_name(name), meaning(name)) for name in METRICS if name in used]
    return {"entries": entries + _words()}


def _words() -> list[tuple[str, str]]:
    return [
        (
            _("Interval"),
            _(
                "The range in which the true value lies, with the stated confidence. Fewer rows "
                "give a wider interval."
            ),
        ),
        (_("Gate"), _("A limit, set before the results were seen, that a model must keep.")),
        (
            _("Inconclusive"),
            _("The data are too few to say on which side of the limit the true value lies."),
        ),
        (
            _("Difference between groups"),
            _(
                "The greatest minus the least value over all groups of a protected attribute, in "
                "percentage points where the values are rates."
            ),
        ),
        (
            _("Candidate"),
            _("One way of making the model: a family, its settings and a mitigation or none."),
        ),
        (
            _("Mitigation"),
            _("Something done in or after training to make groups be treated more alike."),
        ),
        (_("Quarantine"), _("Rows that broke a declared rule and were set aside before training.")),
    ]
