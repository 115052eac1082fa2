"""What this page is not."""

from __future__ import annotations

from proofstone.core.i18n import _
from proofstone.report.record import Record
from proofstone.report.sections.section import View
from proofstone.report.sentences import compares_groups

_ATTRIBUTIONS = frozenset({"mean_abs_shapley", "partial_dependence_range"})


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
        *(_of_assistant() if record.speaks else _of_table(record)),
    ]
    if not any(map(compares_groups, record.findings)) and not record.speaks:
        texts.append(_("Nothing was compared between groups, so fairness was not assessed."))
    return {"texts": texts}


def _of_table(record: Record) -> list[str]:
    texts = [
        _(
            "Labels are taken as the truth. If past decisions were unjust, a model that agrees "
            "with them is unjust too, and no rate on this page would show it."
        )
    ]
    if any(compares_groups(gate.finding) for gate in record.gates):
        texts.append(
            _(
                "Equal rates between groups are one meaning of fairness among several that cannot "
                "all hold at once; the gates say which one was chosen here."
            )
        )
    if any(one.metric in _ATTRIBUTIONS and one.value is not None for one in record.findings):
        texts.append(
            _(
                "Attributions describe what the model does with its inputs; they are not causes in "
                "the world."
            )
        )
    return texts


def _of_assistant() -> list[str]:
    return [
        _(
            "An answer counts as right where it holds what the author of the question listed. "
            "Whether the rest of it is true, and whether the documents are, was not judged."
        ),
        _(
            "People ask otherwise than the questions here. What they ask, and whether they are "
            "helped, only shows once the assistant serves them."
        ),
        _(
            "The attacks are known ones, carried out once. That none succeeds does not say that "
            "none can; somebody who tries for long will find others."
        ),
        _(
            "A source says where an answer was taken from, not that it is right. Whoever may write "
            "the documents decides what the assistant says."
        ),
    ]
