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
from proofstone.report.remedies import nearest_mitigation, remedies
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


def measured_ways(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every way that a record (a JSON object) holds to open its shut gates, as JSON objects.

    Each has the place of its `gate` among the record's, that gate's `metric`, `subject`, `limit`
    and `direction`, which `way` it is, and whether it `opens` the gate: `rows`, `threshold` (with
    the `shift`), `candidate` (with `name` and `mitigation`), or `nearest`: where no candidate opens
    a gate, the mitigated one that comes nearest to its limit. What it `buys` and what it `costs`
    have a `metric` with its value `now` and `then`; None where that was not measured. Rows cost
    `rows` that are judged; an assistant's gates count for themselves (`n`).
    """
    record = Record(document)
    found: list[dict[str, Any]] = []
    for place, gate in enumerate(record.gates):
        if gate.finding.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE):
            continue
        about = {name: getattr(gate.finding, name) for name in ("metric", "subject", "limit")}
        about["direction"] = gate.finding.direction
        found += [{"gate": place, **about, **way} for way in _measured(record, gate)]
    return found


def _measured(record: Record, gate: Gate) -> list[dict[str, Any]]:
    ways = [way for way in gate.would_open if isinstance(way, Mapping)]
    found = [one for way in ways if (one := _told(record, gate, way))]
    if any(one["way"] == "candidate" for one in found) or gate.finding.value is None:
        return found
    nearest = nearest_mitigation(record, gate)
    return found if nearest is None else [*found, _of(record, gate, nearest.name, "nearest")]


def _told(record: Record, gate: Gate, way: Mapping[str, Any]) -> dict[str, Any]:
    kind, value = way.get("way"), gate.finding.value
    if kind == "rows":
        cost = {"metric": "rows", "now": way.get("now"), "then": way.get("rows")}
        if record.speaks:  # its gates count different things: nothing scales them up alike
            cost = {"metric": "n", "now": gate.finding.n, "then": gate.finding.rows_needed}
        return {"way": "rows", "opens": bool(way.get("opens", True)), "buys": None, "costs": cost}
    if kind == "threshold":
        cost = {
            "metric": "accuracy", "now": way.get("accuracy_now"), "then": way.get("accuracy"),
        }  # fmt: skip
        bought = {"metric": gate.finding.metric, "now": value, "then": None}
        shift = number(way.get("shift"))
        return {"way": "threshold", "opens": True, "shift": shift, "buys": bought, "costs": cost}
    return _of(record, gate, str(way.get("name", "")), "candidate") if kind == "candidate" else {}


def _of(record: Record, gate: Gate, name: str, way: str) -> dict[str, Any]:
    """What the candidate of that name buys and costs, against the one that is shown."""
    one = next((one for one in record.candidates if one.name == name), None)
    about, quality = gate.finding, record.quality

    def change(metric: str, subject: str) -> dict[str, Any]:
        pair = (find(record.findings, metric, subject),
                find(one.findings, metric, subject) if one is not None else None)  # fmt: skip
        now, then = (None if found is None else found.value for found in pair)
        return {"metric": metric, "now": now, "then": then}

    return {
        "way": way,
        "opens": way == "candidate",
        "name": name,
        "mitigation": "none" if one is None else one.mitigation,
        "buys": change(about.metric, about.subject),
        "costs": change(quality, "all"),
    }


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
