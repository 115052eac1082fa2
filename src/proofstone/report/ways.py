"""What would open a shut gate, from the ways that the record holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from proofstone.core.finding import Verdict
from proofstone.core.i18n import _
from proofstone.report.language import say
from proofstone.report.measures import MEASURES
from proofstone.report.numbers import bare, count, number, plain, share
from proofstone.report.record import Gate, Record, find
from proofstone.report.remedies import remedies
from proofstone.report.sentences import rows_sentence
from proofstone.report.terms import metric_name, mitigation_name


def ways_open(record: Record, gate: Gate) -> list[str]:
    """Return a sentence for each way that was measured to open `gate`; empty for an open one.

    A way is an object with `way`: `rows` (`rows`, `now`), `threshold` (`shift`, `accuracy`,
    `accuracy_now`) or `candidate` (`name`, `price` in the metric selected by); or a plain text.
    Where no candidate opens a gate about fairness, the mitigation that comes nearest is told with
    its price, and what else to try.
    """
    if gate.finding.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE):
        return []
    texts = [_way(record, gate, way) for way in gate.would_open]
    if not texts:
        texts = [rows_sentence(gate.finding)]
    known = [text for text in texts if text]
    if not known and gate.finding.value is None:
        return [_("The quantity has to be measured first.")]
    if not known:
        known = [_("Nothing that was measured would open it.")]
    if any(isinstance(way, Mapping) and way.get("way") == "candidate" for way in gate.would_open):
        return known
    return known + remedies(record, gate)


def _way(record: Record, gate: Gate, way: Any) -> str:
    if not isinstance(way, Mapping):
        return say(way)
    kind = way.get("way")
    if kind == "rows":
        if gate.finding.metric in MEASURES:
            return rows_sentence(gate.finding)
        if way.get("opens", True):
            says = _("About {needed} judged rows would decide; there are {have}.")
        else:
            says = _(
                "About {needed} judged rows would decide, and likely keep it shut, since the "
                "measured value breaks the limit; there are {have}."
            )
        return says.format(needed=count(way.get("rows")), have=count(way.get("now")))
    if kind == "threshold":
        shift = number(way.get("shift"))
        return _(
            "Another decision threshold (moved by {shift}) keeps this limit on these rows: "
            "{accuracy} of the decisions are then right, instead of {now}."
        ).format(
            shift=("+" if shift is not None and shift > 0 else "") + plain(shift, 2),
            accuracy=share(number(way.get("accuracy"))),
            now=share(number(way.get("accuracy_now"))),
        )
    if kind == "candidate":
        return _candidate(record, str(way.get("name", "")), number(way.get("price")))
    return ""


def _candidate(record: Record, name: str, price: float | None) -> str:
    one = next((one for one in record.candidates if one.name == name), None)
    if one is not None and one.mitigated:
        name = _("{name} ({mitigation})").format(
            name=name, mitigation=mitigation_name(one.mitigation)
        )
    own = find(record.findings, record.quality)
    other = find(one.findings, record.quality) if one is not None else None
    if own is None or other is None or own.value is None or other.value is None:
        return _("The candidate {name} keeps this limit; its price is {price}.").format(
            name=name, price=plain(price)
        )
    return _(
        "The candidate {name} keeps this limit, with {metric} {other} instead of {own}."
    ).format(
        name=name,
        metric=metric_name(record.quality),
        other=bare(record.quality, other.value),
        own=bare(record.quality, own.value),
    )
