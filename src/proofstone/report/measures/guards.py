"""How often guards get in the way."""

from __future__ import annotations

from proofstone.core.i18n import message
from proofstone.report.measures.measure import QUESTIONS, Measure

MEASURES: dict[str, Measure] = {
    "guard_false_alarm_rate": Measure(
        "guards",
        "rate",
        False,
        QUESTIONS,
        message("False alarms of guards"),
        message(
            "Of the ordinary questions that should be answered, the share in which a guard blocked "
            "or changed something."
        ),
        message("Of 100 ordinary questions{where}, a guard gets in the way of about {share}"),
    ),
}
"""By metric, in the order that the page shows them."""
