"""Who decided what, when and why."""

from __future__ import annotations

from typing import Any

from proofstone.core.i18n import _, message
from proofstone.report.language import say
from proofstone.report.numbers import moment
from proofstone.report.record import Record, listing, mapping
from proofstone.report.sections.candidates import rule_of
from proofstone.report.sections.section import View

ACTIONS = {
    "run": message("ran the project"),
    "register": message("registered the release"),
    "promote": message("promoted the release"),
    "rollback": message("rolled back"),
    "approve": message("approved"),
    "sign": message("signed"),
}


def _why(record: Record, why: Any) -> str:
    """The reason that was given; a run's is the rule of selection, told as elsewhere."""
    rule = mapping(record.document.get("selection")).get("rule")
    return rule_of(record) if why and why == rule else say(why)


def view(record: Record) -> View | None:
    """The decisions in order; None when there is none."""
    entries = [mapping(one) for one in listing(record.document.get("decisions"))]
    if not entries:
        return None
    return {
        "rows": [
            {
                "at": moment(str(one.get("at") or "–")),
                "who": str(one.get("who") or "–"),
                "action": _(ACTIONS.get(str(one.get("action")), str(one.get("action") or "–"))),
                "why": _why(record, one.get("why")) or "–",
            }
            for one in entries
        ]
    }
