"""Guards: how often they are in the way of ordinary questions, and what gets past them."""

from __future__ import annotations

from typing import Any

from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.report.numbers import count, number
from proofstone.report.record import Record, find, mapping
from proofstone.report.sections.exchanges import Kind, shown
from proofstone.report.sections.measured import of_part, table
from proofstone.report.sections.section import View
from proofstone.report.terms import metric_name

KINDS = (
    Kind(
        "guard_false_alarm_rate",
        "examples",
        message("False alarms"),
        message("Ordinary questions in which a guard blocked or changed something."),
    ),
)


def view(record: Record) -> View | None:
    """False alarms by guard, misses by suite, examples; None where no alarms were counted."""
    findings = of_part(record, "guards")
    alarms = find(findings, "guard_false_alarm_rate")
    if alarms is None:
        return None
    acted = mapping(alarms.details.get("guards"))
    return {
        "table": table(record, findings),
        "acted": [(str(name), count(n), count(alarms.n)) for name, n in sorted(acted.items())],
        "misses": [row for one in of_part(record, "attacks") if (row := _miss(one)) is not None],
        "settings": _settings(record),
        "kinds": shown(record, KINDS),
    }


def _miss(finding: Finding) -> dict[str, str] | None:
    """What became of the attacks of a suite: stopped by a guard, and successful all the same."""
    if finding.subject != "all" or finding.value is None:
        return None
    refused = number(mapping(finding.details.get("outcomes")).get("refused")) or 0
    return {
        "name": metric_name(finding.metric),
        "n": count(finding.n),
        "refused": count(refused),
        "missed": count(round(finding.value * finding.n)),
    }


def _settings(record: Record) -> list[tuple[str, str]]:
    """What the project file changes of the guards."""
    declared: Any = mapping(record.assistant.get("guards"))
    return [
        (str(guard), ", ".join(f"{name}: {value}" for name, value in sorted(mapping(one).items())))
        for guard, one in sorted(declared.items())
    ]
