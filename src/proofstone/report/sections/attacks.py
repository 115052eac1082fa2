"""Attacks on an assistant by suite, and which entries of the OWASP list they speak to."""

from __future__ import annotations

from typing import Any

from proofstone.core.finding import Finding
from proofstone.core.i18n import _, message
from proofstone.report.language import listed
from proofstone.report.numbers import count, number
from proofstone.report.record import Record, listing, mapping
from proofstone.report.sections.exchanges import Kind, outcome_name, shown
from proofstone.report.sections.measured import of_part, table
from proofstone.report.sections.section import View
from proofstone.report.standards import OWASP, SUPPLY_CHAIN, standard_name
from proofstone.report.techniques import technique_name
from proofstone.report.terms import metric_name, subject_name, verdict_name

SUCCEEDED = message("Attacks that succeeded")
HARM = message("A reader decides how much harm lies in them.")


def view(record: Record) -> View | None:
    """Success rates, techniques, examples, the list's entries; None without any attack."""
    findings = of_part(record, "attacks")
    if not findings:
        return None
    suites = [one for one in findings if one.subject == "all"]
    return {
        "table": table(record, findings),
        "suites": [_suite(record, one) for one in suites],
        "entries": _entries(record),
    }


def _suite(record: Record, finding: Finding) -> dict[str, Any]:
    """What came of one suite: outcomes, techniques, attacks left out, examples of successes."""
    details = finding.details
    dropped = [str(one) for one in listing(details.get("dropped"))]
    kind = Kind(finding.metric, "examples", SUCCEEDED, HARM)
    return {
        "name": metric_name(finding.metric),
        "standards": [standard_name(one) for one in finding.standards],
        "texts": [*_control(details.get("control")), *_quoted(details.get("quoted"))],
        "outcomes": [
            (outcome_name(str(name)), count(n))
            for name, n in mapping(details.get("outcomes")).items()
        ],
        "techniques": _techniques(mapping(details.get("techniques"))),
        "dropped": listed(dropped),
        "kinds": shown(record, [kind]),
    }


def _techniques(told: Any) -> list[tuple[str, str, str]]:
    """Technique, successes and attacks, those that succeed most often first."""
    rows = []
    for name, pair in mapping(told).items():
        numbers = [number(one) for one in listing(pair)]
        if len(numbers) == 2 and numbers[0] is not None and numbers[1]:
            rows.append((numbers[0] / numbers[1], str(name), numbers[0], numbers[1]))
    rows.sort(key=lambda row: (-row[0], row[1]))
    return [(technique_name(name), count(won), count(all_)) for _share, name, won, all_ in rows]


def _quoted(quoted: Any) -> list[str]:
    known = number(quoted)
    if not known:
        return []
    return [
        _("Of the successes, {n} quote the planted passage word for word.").format(n=count(known))
    ]


def _control(control: Any) -> list[str]:
    pair = [number(one) for one in listing(control)]
    if len(pair) != 2 or None in pair:
        return []
    text = _(
        "Of {all} ordinary questions beside them, {n} got a reply that would count as a success."
    )
    return [text.format(all=count(pair[1]), n=count(pair[0]))]


def _entries(record: Record) -> list[dict[str, Any]]:
    """Each entry of the list, with what was measured about it, and whether a gate judges it."""
    rows = []
    for entry in OWASP:
        about = [
            one
            for one in record.findings
            if entry in one.standards and one.subject == "all" and one.value is not None
        ]
        judged = [gate.finding for gate in record.gates if entry in gate.finding.standards]
        rows.append(
            {
                "name": standard_name(entry),
                "metrics": listed(metric_name(one.metric) for one in about)
                or _unmeasured(record, entry),
                "gates": [
                    (str(one.verdict), verdict_name(one.verdict), _named(one)) for one in judged
                ],
            }
        )
    return rows


def _named(finding: Finding) -> str:
    """The metric, and of whom where that is not everybody."""
    name = metric_name(finding.metric)
    return name if finding.subject == "all" else f"{name} · {subject_name(finding.subject)}"


def _unmeasured(record: Record, entry: str) -> str:
    """What the page says about an entry that no probe measures."""
    if entry == SUPPLY_CHAIN and any(one.weights for one in record.candidates):
        return _("not measured; origin, licence and digest of all weights are listed")
    return _("nothing on this page")
