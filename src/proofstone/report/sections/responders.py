"""Ways to answer side by side: what each is, what was measured on it, what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from proofstone.core.finding import Finding
from proofstone.core.i18n import _, message
from proofstone.report.language import listed, say
from proofstone.report.measures import MEASURES
from proofstone.report.numbers import MISSING, count, duration, kind_of, number, plain, show, span
from proofstone.report.record import Candidate, Record, find, listing, mapping
from proofstone.report.sections.candidates import LETTERS, rule_of
from proofstone.report.sections.section import View
from proofstone.report.terms import metric_name, verdict_name

SAME = 5e-4
"""Values no further apart than this are shown as equal."""

PARTS = {
    "answers": message("Answers"),
    "retrieval": message("Finding the passages"),
    "conduct": message("Conduct"),
    "attacks": message("Attacks"),
    "guards": message("Guards"),
    "memory": message("What it remembers of its tuning"),
}


def view(record: Record) -> View | None:
    """All candidates of an assistant; None for anything else."""
    if not record.assistant or not record.candidates:
        return None
    return {
        "rule": rule_of(record),
        "columns": [_column(record, index, one) for index, one in enumerate(record.candidates)],
        "groups": _groups(record),
        "facts": _facts(record),
        "weights": _weights(record),
        "tuned": _tuned(record),
    }


def _column(record: Record, index: int, one: Candidate) -> dict[str, Any]:
    return {
        "letter": LETTERS[index] if index < len(LETTERS) else str(index + 1),
        "name": one.name,
        "winner": record.winner is one,
        "way": way_of(one),
    }


def way_of(one: Candidate) -> str:
    """How a candidate words its answers."""
    if not one.generator:
        return _("quotes sentences")
    if one.adapter:
        return _("a chat model, tuned")
    return _("a chat model")


def _groups(record: Record) -> list[dict[str, Any]]:
    """The metrics that any candidate has a value of, by part, with a cell for each candidate."""
    groups = []
    for part, heading in PARTS.items():
        rows = [
            {
                "name": metric_name(metric),
                "better": _("more is better") if one.greatest else _("less is better"),
                "cells": [_cell(record, candidate, metric) for candidate in record.candidates],
            }
            for metric, one in MEASURES.items()
            if one.part == part and any(_known(c, metric) is not None for c in record.candidates)
        ]
        if rows:
            groups.append({"heading": _(heading), "rows": rows})
    return groups


def _known(candidate: Candidate, metric: str) -> Finding | None:
    finding = find(candidate.findings, metric)
    return finding if finding is not None and finding.value is not None else None


def _cell(record: Record, candidate: Candidate, metric: str) -> dict[str, str]:
    finding = _known(candidate, metric)
    if finding is None:
        return {"value": MISSING, "interval": "", "verdict": "", "word": ""}
    judged = record.gate_of(metric, "all") is not None and finding.gated
    return {
        "value": show(metric, finding.value),
        "interval": span(metric, finding.low, finding.high),
        "verdict": str(finding.verdict) if judged else "",
        "word": verdict_name(finding.verdict) if judged else "",
    }


def _facts(record: Record) -> list[dict[str, Any]]:
    """Gates passed, time, memory, tokens and weights of each candidate, as far as known."""
    rows = [
        (_("Gates passed"), [_passed(record, one) for one in record.candidates]),
        (_("Time to make and to measure it"), [duration(one.seconds) for one in record.candidates]),
        (_("Time of a reply"), [_reply_time(one) for one in record.candidates]),
        (_("Peak memory"), [_memory(one) for one in record.candidates]),
        (_("Tokens of a reply, 95 of 100"), [_tokens(one) for one in record.candidates]),
        (_("Size of all weights"), [_size(one) for one in record.candidates]),
        (_("Licences of the weights"), [_licences(one) for one in record.candidates]),
    ]
    return [
        {"name": name, "cells": cells}
        for name, cells in rows
        if any(cell != MISSING for cell in cells)
    ]


def _passed(record: Record, one: Candidate) -> str:
    for entry in listing(mapping(record.document.get("selection")).get("ranking")):
        ranked = mapping(entry)
        gates = [mapping(gate) for gate in listing(ranked.get("gates"))]
        if ranked.get("name") == one.name and gates:
            passed = sum(gate.get("verdict") in ("pass", "not_applicable") for gate in gates)
            return _("{passed} of {all}").format(passed=passed, all=len(gates))
    return MISSING


def _reply_time(one: Candidate) -> str:
    return duration(one.seconds_per_reply) if one.seconds_per_reply is not None else MISSING


def _memory(one: Candidate) -> str:
    return _("{size} MB").format(size=count(one.memory_mb)) if one.memory_mb else MISSING


def _tokens(one: Candidate) -> str:
    finding = find(one.findings, "reply_length_p95")
    return count(finding.details.get("tokens_p95")) if finding is not None else MISSING


def _size(one: Candidate) -> str:
    sizes = [size for weights in one.weights if (size := number(weights.get("size"))) is not None]
    return megabytes(sum(sizes)) if sizes else MISSING


def megabytes(size: float | None) -> str:
    """A number of bytes in megabytes of a million bytes."""
    if size is None:
        return MISSING
    return _("{size} MB").format(size=plain(size / 1e6, 1) if size < 1e7 else count(size / 1e6))


def _licences(one: Candidate) -> str:
    named = dict.fromkeys(str(weights.get("licence") or "") for weights in one.weights)
    return listed(name or _("not known") for name in named) or MISSING


def _weights(record: Record) -> list[dict[str, str]]:
    """Each file of weights once, with the candidates that use it."""
    used: dict[str, tuple[Mapping[str, Any], list[str]]] = {}
    for one in record.candidates:
        for weights in one.weights:
            key = str(weights.get("sha256") or weights.get("address") or "")
            used.setdefault(key, (weights, []))[1].append(one.name)
    return [
        {
            "address": str(weights.get("address") or ""),
            "origin": say(weights.get("origin")),
            "licence": str(weights.get("licence") or "") or _("not known"),
            "size": megabytes(number(weights.get("size"))),
            "sha256": str(weights.get("sha256") or "")[:12],
            "used": listed(names),
        }
        for weights, names in used.values()
    ]


def _tuned(record: Record) -> list[dict[str, Any]]:
    """Each tuned candidate against the same chat model as it was: what tuning bought and cost."""
    parts = []
    for one in record.candidates:
        base = record.untuned(one)
        if base is None:
            continue
        rows, same = [], []
        for metric in MEASURES:
            own, other = _known(one, metric), _known(base, metric)
            if own is None or other is None or own.value is None or other.value is None:
                continue
            if abs(own.value - other.value) < SAME:
                same.append(metric_name(metric))
            else:
                rows.append(_bought(metric, other.value, own.value))
        if rows or same:
            told = {"base": base.name, "tuned": one.name}
            parts.append({**told, "rows": rows, "same": listed(same)})
    return parts


def _bought(metric: str, base: float, tuned: float) -> dict[str, str]:
    """One metric before and after tuning."""
    better = (tuned > base) == MEASURES[metric].greatest
    return {
        "name": metric_name(metric),
        "base": show(metric, base),
        "tuned": show(metric, tuned),
        "change": _change(metric, tuned - base),
        "word": _("better") if better else _("worse"),
    }


def _change(metric: str, change: float) -> str:
    """A difference with its sign; of rates in points."""
    if kind_of(metric) == "rate":
        text = _("{number} points").format(number=plain(100 * change, 1))
    else:
        text = show(metric, change)
    return f"+{text}" if change > 0 else text
