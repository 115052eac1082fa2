"""Whether a model answers the same row the same way twice."""

from __future__ import annotations

from proofstone.core.i18n import message
from proofstone.report.measures.measure import Measure
from proofstone.report.measures.privacy import ROWS

MEASURES: dict[str, Measure] = {
    "answer_change_rate": Measure(
        "robustness",
        "rate",
        False,
        ROWS,
        message("Answers that change when asked again"),
        message("The share of rows whose answer differs when the very same row is asked again."),
        message("Of 100 rows{where}, about {share} are answered otherwise when asked again"),
    ),
}
"""By metric, in the order that the page shows them."""
