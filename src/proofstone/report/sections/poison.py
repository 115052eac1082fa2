"""Whether labels were flipped or a back door was built in, as far as a search can tell."""

from __future__ import annotations

from typing import Any

from proofstone.core.finding import Finding
from proofstone.core.i18n import _
from proofstone.report.numbers import MISSING, count, number, plain, show, span
from proofstone.report.record import Record, find, listing, mapping
from proofstone.report.sections.measured import of_part, table
from proofstone.report.sections.section import View
from proofstone.report.terms import subject_name

_RATE = "suspected_label_rate"


def view(record: Record) -> View | None:
    """What was measured, each suspected trigger, groups; None where nothing was measured."""
    findings = of_part(record, "poison")
    if not findings:
        return None
    return {
        "table": table(record, [one for one in findings if one.subject == "all"]),
        "triggers": _triggers(record),
        "groups": [_group(one) for one in findings if one.subject != "all" and one.n],
        "texts": [*_searched(record), *_chance(record)],
    }


def _triggers(record: Record) -> list[dict[str, str]]:
    finding = find(record.findings, "trigger_success_rate")
    rows = []
    for entry in listing(finding.details.get("suspected")) if finding is not None else []:
        one = mapping(entry)
        rows.append(
            {
                "what": " + ".join(_cell(mapping(cell)) for cell in listing(one.get("cells"))),
                "rows": count(number(one.get("rows"))),
                "pure": show(_RATE, number(one.get("pure"))),
                "expected": show(_RATE, number(one.get("expected"))),
                "turned": show(_RATE, number(one.get("turned"))),
                "spectral": plain(number(one.get("spectral_auc")), 2),
            }
        )
    return rows


def _cell(cell: Any) -> str:
    if "word" in cell:
        return _("the word “{word}” in {column}").format(word=cell["word"], column=cell["column"])
    return f"{cell.get('column')} = {cell.get('value')}"


def _group(one: Finding) -> dict[str, str]:
    return {
        "name": subject_name(one.subject),
        "value": show(_RATE, one.value),
        "interval": span(_RATE, one.low, one.high) or MISSING,
        "chance": show(_RATE, number(one.details.get("by_chance"))),
    }


def _searched(record: Record) -> list[str]:
    """How much was searched."""
    finding = find(record.findings, "trigger_success_rate")
    tried, asked = (
        number(finding.details.get(name)) if finding is not None else None
        for name in ("tried", "asked")
    )
    if tried is None or asked is None:
        return []
    text = _(
        "{tried} values, pairs of values and words that few rows carry were looked at; the {asked} "
        "with the oddest labels were put into other rows. A search can miss: that nothing was "
        "found does not prove that nothing is there."
    )
    return [text.format(tried=count(tried), asked=count(asked))]


def _chance(record: Record) -> list[str]:
    """What honest exceptions alone would come to."""
    finding = find(record.findings, _RATE)
    chance = number(finding.details.get("by_chance")) if finding is not None else None
    if chance is None:
        return []
    text = _(
        "If all labels were right and fell as the scores say, {chance} of them would be "
        "contradicted all the same."
    )
    return [text.format(chance=show(_RATE, chance))]
