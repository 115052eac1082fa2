"""What would open a shut gate, a line each: what it is, what it buys, what it costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from proofstone.core.i18n import _
from proofstone.interfaces.cli.show import number


def figure(value: float | None, digits: int = 3) -> str:
    """A share or score with its decimals; what counts in hundreds, such as a length, without."""
    return number(value, 0 if value is not None and abs(value) >= 100 else digits)


def way_lines(ways: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The ways of one gate, as `report.ways.measured_ways` has them, in words.

    First what would decide a gate that, as it looks, would then stay shut; then what would open
    it; at last the mitigation that comes nearest, where none does.
    """
    opening = [way for way in ways if way["opens"]]
    for way in ways:
        if way["way"] == "rows" and not way["opens"]:
            yield _("would decide: {way}").format(way=_sentence(way))
    for way in opening:
        yield _("would open: {ways}").format(ways=_sentence(way))
    if not opening:
        yield _("would open: {ways}").format(ways=_("nothing that was measured"))
    for way in ways:
        if way["way"] == "nearest":
            yield _("comes nearest: {way}").format(way=_sentence(way))


def _sentence(way: Mapping[str, Any]) -> str:
    bought, cost = way["buys"], way["costs"]
    if way["way"] == "rows":
        says = (
            _("about {rows} of them instead of {now}")
            if cost["metric"] == "n"
            else _("about {rows} rows instead of {now}")
        )
        return says.format(rows=cost["then"], now=cost["now"])
    if way["way"] == "threshold":
        return _("thresholds moved by {shift:+.2f} (accuracy {now:.3f} → {then:.3f})").format(
            shift=way["shift"], now=cost["now"], then=cost["then"]
        )
    says = _("{name}: {metric} {now} → {then}; costs {quality} {own} → {other}")
    named = way["name"] if way["mitigation"] == "none" else f"{way['name']} ({way['mitigation']})"
    return says.format(
        name=named,
        metric=bought["metric"],
        now=figure(bought["now"]),
        then=figure(bought["then"]),
        quality=cost["metric"],
        own=figure(cost["now"]),
        other=figure(cost["then"]),
    )
