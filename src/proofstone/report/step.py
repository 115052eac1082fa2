"""The step that renders the report."""

from __future__ import annotations

import json
from collections.abc import Mapping

from proofstone.core.artifact import Draft
from proofstone.core.step import Context, step
from proofstone.report.render import render


@step("report.render", outputs=("report",))
def render_report(context: Context) -> Mapping[str, Draft]:
    """Return the record's page as `report.html`."""
    record = json.loads(context.inputs["record"].read("record.json"))
    return {"report": Draft("report", {"report.html": render(record).encode()})}
