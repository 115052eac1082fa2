"""Whether labels were flipped or a back door was built in, as far as a search can tell."""

from __future__ import annotations

from typing import Any

from proofstone.core.finding import Finding
from proofstone.core.i18n import _, message
from proofstone.report.numbers import MISSING, count, number, plain, show, span
from proofstone.report.record import Record, find, listing, mapping
from proofstone.report.sections.measured import of_part, table
from proofstone.report.sections.section import View
from proofstone.report.terms import subject_name

_RATE = "suspected_label_rate"
_SEARCHES = {
    "trigger_success_rate": message("the search for triggers"),
    "suspected_cluster_rows": message("activation clustering"),
    "spectral_signature_rows": message("spectral signatures"),
}
"""Searches by the metric whose details say what was found, and how often what is there."""


def view(record: Record) -> View | None:
    """What was measured, each suspected trigger, groups; None where nothing was measured."""
    findings = of_part(record, "poison")
    if not findings:
        return None
    return {
        "table": table(record, [one for one in findings if one.subject == "all"]),
        "triggers": _triggers(record),
        "clusters": _clusters(record),
        "groups": [_group(one) for one in findings if one.subject != "all" and one.n],
        "texts": [*_searched(record), *_stated(record), *_chance(record)],
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


def _clusters(record: Record) -> list[dict[str, str]]:
    """Suspected parts of a class, by either search, and what their rows have in common."""
    rows = []
    for metric in ("suspected_cluster_rows", "spectral_signature_rows"):
        finding = find(record.findings, metric)
        for entry in listing(finding.details.get("suspected")) if finding is not None else []:
            one = mapping(entry)
            cells = [mapping(cell) for cell in listing(one.get("cells"))]
            rows.append(
                {
                    "what": ", ".join(_mark(cell) for cell in cells)
                    or _("no value or word that most of them share"),
                    "search": _(_SEARCHES[metric]),
                    "rows": count(number(one.get("rows"))),
                    "pure": show(_RATE, number(one.get("pure"))),
                    "said": show(_RATE, number(one.get("said"))),
                    "expected": show(_RATE, number(one.get("expected"))),
                    "silhouette": plain(number(one.get("silhouette")), 2),
                }
            )
    return rows


def _mark(cell: Any) -> str:
    return _("{what} ({inside} of them, {outside} of others)").format(
        what=_cell(cell),
        inside=show(_RATE, number(cell.get("inside"))),
        outside=show(_RATE, number(cell.get("outside"))),
    )


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


def _stated(record: Record) -> list[str]:
    """How often each search finds what was planted, and how often it is wrong."""
    text = _(
        "How good {search} is, as the tests hold it for boosted trees on a real table: of triggers "
        "planted on {share} of the rows or more at least {power} were found, and at most {alarms} "
        "of clean tables raised an alarm. The page of the probe says more, and what is not found."
    )
    told = []
    for metric, name in _SEARCHES.items():
        finding = find(record.findings, metric)
        stated = mapping(finding.details.get("stated")) if finding is not None else {}
        share, power, alarms = (number(stated.get(key)) for key in ("share", "power", "alarms"))
        if share is not None and power is not None and alarms is not None:
            shown = {
                key: show(_RATE, value)
                for key, value in (("share", share), ("power", power), ("alarms", alarms))
            }
            told.append(text.format(search=_(name), **shown))
    return told + _flips(record)


def _flips(record: Record) -> list[str]:
    """How many flipped labels are among the suspected, and the other way round."""
    finding = find(record.findings, _RATE)
    stated = mapping(finding.details.get("stated")) if finding is not None else {}
    share, recall, precision = (number(stated.get(key)) for key in ("share", "recall", "precision"))
    if share is None or recall is None or precision is None:
        return []
    text = _(
        "How good the search for flipped labels is, as the tests hold it where classes lie apart: "
        "with {share} of labels flipped, at least {recall} of them are among the suspected, and of "
        "the suspected at least {precision} are flipped. Where classes overlap fewer are."
    )
    return [
        text.format(
            share=show(_RATE, share), recall=show(_RATE, recall), precision=show(_RATE, precision)
        )
    ]


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
