"""The data: rows, quarantine, and the dictionary with a small picture of each column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from proofstone.core.i18n import _
from proofstone.report.charts.bars import histogram
from proofstone.report.language import say
from proofstone.report.numbers import MISSING, compact, count, number, share, span
from proofstone.report.record import Record, listing, mapping
from proofstone.report.sections.section import View
from proofstone.report.terms import kind_name, role_name

BINS = 24
VALUES = 6
ROWS = 20


def view(record: Record) -> View | None:
    """Facts, problems and columns; None when the record says nothing about a table."""
    if record.assistant:
        return None
    columns = columns_of(record)
    problems = problems_of(record)
    if not columns and not problems and not record.profile:
        return None
    return {
        "facts": facts_of(record),
        "problems": problems,
        "warnings": _warnings(record),
        "shares": _shares(record),
        "columns": [describe(record, name, one) for name, one in columns.items()],
    }


def columns_of(record: Record) -> dict[str, Mapping[str, Any]]:
    """The profile's columns by name, whether the profile lists them or maps them."""
    raw = record.profile.get("columns")
    if isinstance(raw, Mapping):
        return {str(name): mapping(one) for name, one in raw.items()}
    return {str(mapping(one).get("name", "")): mapping(one) for one in listing(raw)}


def facts_of(record: Record) -> list[tuple[str, str]]:
    """Source, licence, rows and the like, as far as known."""
    data, profile = mapping(record.project.get("data")), record.profile
    rows = number(profile.get("rows"))
    quarantined = number(profile.get("quarantined"))
    facts = [
        (_("Source"), say(data.get("source") or profile.get("source"))),
        (_("Description"), say(data.get("description") or profile.get("description"))),
        (_("Licence"), say(data.get("licence") or profile.get("licence"))),
        (_("Citation"), say(data.get("citation"))),
        (_("Rows used"), count(rows) if rows is not None else ""),
        (_("Rows set aside"), count(quarantined) if quarantined is not None else ""),
        (_("Label"), _label(record) if record.task else ""),
        (_("Protected attributes"), ", ".join(map(str, listing(record.task.get("protected"))))),
        (_("Table"), str(mapping(record.document.get("data")).get("table") or "")),
    ]
    return [(name, text) for name, text in facts if text]


def _label(record: Record) -> str:
    if not record.task.get("positive"):
        return record.label
    says = _("{label}; a decision is about “{positive}”")
    return says.format(label=record.label, positive=record.positive)


def _problems(record: Record) -> list[Mapping[str, Any]]:
    raw = mapping(record.document.get("data")).get("quarantine")
    found = [mapping(one) for one in listing(raw)]
    return [one for one in found if one.get("severity") != "warning"]


def _warnings(record: Record) -> list[tuple[str, str]]:
    """Column and text of what a person should look at though no row is at fault."""
    found = [mapping(one) for one in listing(record.profile.get("warnings"))]
    return [(str(one.get("column") or ""), say(one.get("message"))) for one in found]


def _shares(record: Record) -> list[dict[str, str]]:
    """The share of positive labels in all rows and in each group."""
    found = [mapping(record.profile.get("label"))]
    found += [mapping(one) for one in listing(record.profile.get("groups"))]
    return [
        {
            "name": _("{column} is “{group}”").format(column=one["column"], group=one.get("group"))
            if "column" in one
            else _("all cases"),
            "n": count(one.get("n")),
            "share": share(number(one.get("rate"))),
            "interval": span("accuracy", number(one.get("low")), number(one.get("high"))),
        }
        for one in found
        if number(one.get("rate")) is not None
    ]


def problems_of(record: Record) -> list[dict[str, str]]:
    """What the declared checks found, with the first rows at fault."""
    return [
        {
            "rule": say(one.get("rule")),
            "column": str(one.get("column") or ""),
            "message": _problem(str(one.get("message") or "")),
            "count": count(one.get("count")),
            "rows": _rows(one),
        }
        for one in _problems(record)
    ]


def _rows(problem: Mapping[str, Any]) -> str:
    """The first rows at fault, and whether there are more."""
    rows = [str(row) for row in listing(problem.get("rows"))]
    more = len(rows) > ROWS or (number(problem.get("count")) or 0) > len(rows) > 0
    return ", ".join(rows[:ROWS]) + (" …" if more else "")


def _problem(text: str) -> str:
    """What is wrong with rows, with the first that it is wrong with, where that is named."""
    what, found, example = text.rpartition(", such as ")
    if not found:
        return say(text)
    return _("{problem}, such as {example}").format(problem=say(what), example=example)


def describe(record: Record, name: str, one: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of one column: meaning, type, role, missing share, values, a picture."""
    declared = mapping(mapping(mapping(record.project.get("data")).get("columns")).get(name))
    missing = number(one.get("missing_share"))
    if missing is None:
        missing, rows = number(one.get("missing")), number(record.profile.get("rows"))
        if missing is not None and missing >= 1 and rows:
            missing /= rows
    return {
        "name": name,
        "meaning": say(declared.get("meaning") or one.get("meaning")),
        "unit": say(declared.get("unit") or one.get("unit")),
        "type": kind_name(str(one.get("kind") or one.get("type") or declared.get("type") or "")),
        "role": role_name(str(declared.get("role") or one.get("role") or "")),
        "missing": share(missing),
        "summary": _summary(one),
        "picture": _picture(name, one),
    }


def _amounts(one: Mapping[str, Any]) -> list[tuple[str, float]]:
    """A category's values with their counts, most frequent first."""
    raw: Any = one.get("values") or one.get("top") or one.get("counts")
    if isinstance(raw, Mapping):
        pairs = list(raw.items())
    else:
        pairs = []
        for entry in listing(raw):
            if isinstance(entry, Mapping):
                pairs.append((entry.get("value"), entry.get("count", entry.get("n"))))
            elif isinstance(entry, (list, tuple)) and len(entry) == 2:
                pairs.append((entry[0], entry[1]))
    known = [
        (str(value), amount) for value, raw_n in pairs if (amount := number(raw_n)) is not None
    ]
    return sorted(known, key=lambda pair: -pair[1])


def _summary(one: Mapping[str, Any]) -> str:
    """The middle and the ends of a number, or the most frequent values."""
    low, high = number(one.get("min")), number(one.get("max"))
    middle = number(one.get("median"))
    if middle is None:
        middle = number(one.get("mean"))
    if low is not None and high is not None:
        ends = _("{low} to {high}").format(low=compact(low), high=compact(high))
        if middle is None:
            return ends
        return _("{range}, middle {middle}").format(range=ends, middle=compact(middle))
    amounts = _amounts(one)
    shown = ", ".join(f"{value} ({count(amount)})" for value, amount in amounts[:VALUES])
    return shown + (" …" if len(amounts) > VALUES else "") if shown else MISSING


def _picture(name: str, one: Mapping[str, Any]) -> Markup | None:
    raw = one.get("histogram")
    raw = mapping(raw).get("counts") if isinstance(raw, Mapping) else raw
    counts = [known for entry in listing(raw) if (known := number(entry)) is not None]
    if not counts:
        counts = [amount for _value, amount in _amounts(one)]
    if len(counts) < 2:
        return None
    return histogram(
        _("Distribution of {column}").format(column=name), _summary(one), counts[:BINS]
    )
