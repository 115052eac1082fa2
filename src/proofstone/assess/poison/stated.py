"""How often a search finds what is planted, and cries wolf, as the tests hold it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stated:
    """At least `power` of what is planted on a `share` of rows or more is found.

    Of clean tables at most `alarms` raise an alarm.
    """

    share: float
    power: float
    alarms: float

    def to_json(self) -> dict[str, float]:
        """The three shares by name."""
        return {"share": self.share, "power": self.power, "alarms": self.alarms}
