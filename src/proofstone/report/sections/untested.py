"""What was not tested, and why: said as plainly as what was."""

from __future__ import annotations

from typing import Any

from proofstone.core.finding import Verdict
from proofstone.core.i18n import _
from proofstone.report.language import say
from proofstone.report.record import Record, listing, mapping
from proofstone.report.sections.section import View
from proofstone.report.terms import METRICS, metric_name, subject_name


def view(record: Record) -> View:
    """Every declared gap of the tests, then every finding that was not run; possibly none."""
    entries = [mapping(entry) for entry in listing(record.document.get("not_tested"))]
    rows = [(_what(entry.get("what")), say(entry.get("why"))) for entry in entries]
    named = {entry.get("what") for entry in entries}
    for finding in record.findings:
        if finding.verdict is Verdict.NOT_RUN and finding.metric not in named:
            what = _("{metric} of {subject}").format(
                metric=metric_name(finding.metric), subject=subject_name(finding.subject)
            )
            rows.append((what, say(finding.reason)))
    return {"rows": list(dict.fromkeys(rows))}


def _what(text: Any) -> str:
    """What was left out: a metric by its name, anything else as it stands."""
    return metric_name(text) if text in METRICS else say(text)
