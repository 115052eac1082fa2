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
    return {"entries": entries + _words() + (_of_assistant() if record.speaks else _of_table())}


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
    ]


def _of_table() -> list[tuple[str, str]]:
    return [
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


def _of_assistant() -> list[tuple[str, str]]:
    return [
        (
            _("Candidate"),
            _(
                "One way to answer: sentences quoted from the documents, or worded by a chat model "
                "from what was found in them."
            ),
        ),
        (
            _("Passage"),
            _("A piece of a document, short enough to be found and quoted as a whole."),
        ),
        (
            _("Hand-over"),
            _("A question that is passed on to a person, since what was found says too little."),
        ),
        (
            _("Guard"),
            _(
                "A rule before or after the answer that masks personal data, keeps injected "
                "instructions out, or stops a reply; the same at the gate and when serving."
            ),
        ),
    ]
