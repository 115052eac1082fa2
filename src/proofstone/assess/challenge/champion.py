"""The step assess.champion: what the standing release answers to the rows that are judged."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from proofstone.assess.challenge.unseen import Past, Unseen, no_answers, unseen_answers
from proofstone.core.artifact import Draft, Stored
from proofstone.core.canonical import canonical_json
from proofstone.core.errors import ProofstoneError
from proofstone.core.i18n import message
from proofstone.core.step import Context, step
from proofstone.models.open import open_model
from proofstone.models.rows import stored_table
from proofstone.registry.bundle import MODEL, PROJECT

OTHER_TASK = message("the release in {stage} decides about another label or another class")
NO_COLUMN = message("the table lacks the column {column}, which the release in {stage} asks for")
TABLE_GONE = message(
    "the table that the release in {stage} was made from is no longer kept, so that the rows it "
    "has seen are not known"
)
REFUSED = message("the release in {stage} cannot answer: {problem}")
ALL_SEEN = message("the release in {stage} was trained on every row that is judged")


@step("assess.champion", outputs=("answers",))
def answer_as_champion(context: Context) -> Mapping[str, Draft]:
    """Answer each judged row as the standing release would, never having seen it.

    A row of the table that it was made from has the answer recorded when it was judged, by a model
    of a fold that never saw the row; a row that is new to it is answered by the released model. A
    row that it was trained on, and for which there is no such answer, is left out.

    Not covered: a new row of a group (`split.group`) that it was trained on counts as new.

    `answers.parquet` has row (of the table), score and threshold; `answers.json` counts rows that
    were `recorded`, `asked` and `left_out`, and has the `reason` where no row could be answered.
    """
    stage = str(context.settings["stage"])
    answers, counts = no_answers(), {}
    try:
        found = _answered(context)
        answers = found.answers
        counts = {"recorded": found.recorded, "asked": found.asked, "left_out": found.left_out}
        reason = "" if answers.height else ALL_SEEN.format(stage=stage)
    except _Unanswered as problem:
        reason = problem.reason.format(stage=stage, **problem.more)
    document = {"reason": reason, **counts}
    content = io.BytesIO()
    answers.write_parquet(content)
    files = {"answers.parquet": content.getvalue(), "answers.json": canonical_json(document)}
    return {"answers": Draft("answers", files)}


class _Unanswered(Exception):
    """Why the release answers no row; `reason` has places for the stage and for `more`."""

    def __init__(self, reason: str, **more: str) -> None:
        super().__init__(reason)
        self.reason, self.more = reason, more


def _answered(context: Context) -> Unseen:
    table = stored_table(context.inputs["table"], "table.parquet")
    split = stored_table(context.inputs["split"], "split.parquet")
    judged = split.filter(pl.col("fold") >= 0)["row"].sort().to_numpy()
    task: Mapping[str, Any] = context.settings["task"]
    _same_task(context.inputs["release"], task)
    past = _past(context.inputs)
    for name in past.columns:
        if name not in table.columns:
            raise _Unanswered(NO_COLUMN, column=name)
        if name not in past.table.columns:
            # Without one of its own columns it is not the table of this release.
            raise _Unanswered(TABLE_GONE)
    same = context.inputs["past_table"].artifact.id == context.inputs["table"].artifact.id
    try:
        return unseen_answers(past, table, judged, same=same)
    except ProofstoneError as problem:
        raise _Unanswered(REFUSED, problem=str(problem)) from None


def _same_task(release: Stored, task: Mapping[str, Any]) -> None:
    before = json.loads(release.read(PROJECT)).get("task", {})
    if any(before.get(name) != task[name] for name in ("label", "positive")):
        raise _Unanswered(OTHER_TASK)


def _past(inputs: Mapping[str, Stored]) -> Past:
    if "past_table" not in inputs or "past_answers" not in inputs:
        raise _Unanswered(TABLE_GONE)
    release = inputs["release"]
    names = [name for name in release.artifact.files if name.startswith(MODEL)]
    try:
        model = open_model({name[len(MODEL) :]: release.read(name) for name in names})
    except ProofstoneError as problem:
        raise _Unanswered(REFUSED, problem=str(problem)) from None
    return Past(
        model,
        stored_table(inputs["past_table"], "table.parquet"),
        stored_table(inputs["past_answers"], "predictions.parquet"),
    )
