"""Who decided what, when and why."""

from __future__ import annotations

from proofstone.core.i18n import _, message
from proofstone.report.language import say
from proofstone.report.record import Record, listing, mapping
from proofstone.report.sections.section import View

ACTIONS = {
    "run": message("ran the project"),
    "register": message("registered the release"),
    "promote": message("promoted the release"),
    "rollback": message("rolled back"),
    "approve": message("approved"),
    "sign": message("signed"),
}


def view(record: Record) -> View | None:
    """The decisions in order; None when there is none."""
    entries = [mapping(one) for one in listing(record.document.get("decisions"))]
    if not entries:
        return None
    return {
        "rows": [
            {
                "at": str(one.get("at") or "–"),
                "who": str(one.get("who") or "–"),
                "action": _(ACTIONS.get(str(one.get("action")), str(one.get("action") or "–"))),
                "why": say(one.get("why")) or "–",
            }
            for one in entries
        ]
    }
