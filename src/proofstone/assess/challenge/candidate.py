"""The step assess.change: what a candidate changes from the release that stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from proofstone.assess.challenge.case import Answers, Duel, answered_duel
from proofstone.assess.challenge.changes import MARGIN, unmeasured
from proofstone.assess.labels import read_groups
from proofstone.checks.levels import corrected_levels
from proofstone.checks.oracle import Oracle
from proofstone.core.artifact import Draft
from proofstone.core.canonical import canonical_json
from proofstone.core.finding import Finding, Verdict
from proofstone.core.i18n import message
from proofstone.core.project.schema import Assess
from proofstone.core.step import Context, step
from proofstone.models.rows import stored_table

FIRST_RELEASE = message("no other release stands in {stage}: there is nothing to be no worse than")


@step("assess.change", outputs=("findings",))
def measure_change(context: Context) -> Mapping[str, Draft]:
    """Measure what a candidate changes on the judged rows that the champion answered too.

    Both answer each row without having seen it; see `assess.champion`. Where there is no champion
    a gate on a change does not apply, and where its answers could not be had it is not run.
    """
    settings, probe = context.settings, context.plugins["challenge"]
    assess = Assess.model_validate(settings["assess"])
    levels = corrected_levels(
        assess.gates, [probe], level=assess.level, candidates=settings["candidates"]
    )
    margin = assess.settings.get("challenge", {}).get("margin", MARGIN)
    met: dict[str, Any] = {"rows": 0, "margin": margin}
    if "champion" not in context.inputs:
        reason = FIRST_RELEASE.format(stage=settings["stage"])
        findings = unmeasured(levels, reason, first=True)
    elif reason := json.loads(context.inputs["champion"].read("answers.json"))["reason"]:
        findings = unmeasured(levels, reason) or [_untold(reason)]
    else:
        duel = _duel(context)
        met["rows"] = len(duel.case)
        case = duel.at(assess.level, levels, margin)
        findings = Oracle(duel.model).run([probe], case, seed=context.seed)
    document = canonical_json([finding.to_json() for finding in findings])
    return {"findings": Draft("findings", {"findings.json": document}, met)}


def _untold(reason: str) -> Finding:
    """That no change was measured, where no gate asks for one."""
    return Finding(
        probe="challenge", metric="roc_auc_change", verdict=Verdict.NOT_RUN, reason=reason
    )


def _duel(context: Context) -> Duel:
    task: Mapping[str, Any] = context.settings["task"]
    own = stored_table(context.inputs["predictions"], "predictions.parquet")
    champion = stored_table(context.inputs["champion"], "answers.parquet")
    both = own.join(champion, on="row", suffix="_champion").sort("row")
    rows = both["row"].to_numpy()
    table = stored_table(context.inputs["table"], "table.parquet")
    split = stored_table(context.inputs["split"], "split.parquet")
    return answered_duel(
        both["label"].to_numpy().astype(np.int64),
        (f"not {task['positive']}", str(task["positive"])),
        Answers(both["score_champion"].to_numpy(), both["threshold_champion"].to_numpy()),
        Answers(both["score"].to_numpy(), both["threshold"].to_numpy()),
        {name: read_groups(table[name])[rows] for name in task["protected"]},
        evidence="bytes" if (split["fold"] == -1).any() else "procedure",
    )
