"""Whether the passages that hold an answer are found."""

from __future__ import annotations

from proofstone.core.i18n import _
from proofstone.report.numbers import count, number
from proofstone.report.record import Record, mapping
from proofstone.report.sections.measured import of_part, table
from proofstone.report.sections.section import View


def view(record: Record) -> View | None:
    """Recall and order of what is found; None where it was not measured."""
    findings = of_part(record, "retrieval")
    if not findings:
        return None
    retrieval = mapping(record.assistant.get("retrieval"))
    facts = [
        (_("Encoder of texts"), str(retrieval.get("encoder") or "")),
        (
            _("Passages that an answer may rest on"),
            count(top) if (top := number(retrieval.get("top"))) is not None else "",
        ),
    ]
    return {
        "facts": [(name, text) for name, text in facts if text],
        "table": table(record, findings),
    }
