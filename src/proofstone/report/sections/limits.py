"""What this page is not."""

from __future__ import annotations

from proofstone.core.i18n import _
from proofstone.report.record import Record
from proofstone.report.sections.section import View


def view(record: Record) -> View:
    """Sentences on the limits of the evidence."""
    texts = [
        _(
            "This page is evidence for a reviewer. It does not say that a law or a standard is "
            "fulfilled; that is for people to judge."
        ),
        _(
            "All numbers hold for the rows described here. Other people, other places or later "
            "times may differ; then the assessment has to be done again."
        ),
        _(
            "Labels are taken as the truth. If past decisions were unjust, a model that agrees "
            "with them is unjust too, and no rate on this page would show it."
        ),
        _(
            "Equal rates between groups are one meaning of fairness among several that cannot all "
            "hold at once; the gates say which one was chosen here."
        ),
        _(
            "Attributions describe what the model does with its inputs; they are not causes in "
            "the world."
        ),
    ]
    if not any(finding.metric.endswith("_difference") for finding in record.findings):
        texts.append(_("Nothing was compared between groups, so fairness was not assessed."))
    return {"texts": texts}
