"""The step train.fit: one candidate, fitted once for each judged fold and once for all rows."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from proofstone.core.artifact import Draft, Stored
from proofstone.core.canonical import canonical_json
from proofstone.core.errors import InputError
from proofstone.core.i18n import message
from proofstone.core.project.schema import Candidate, Data, Prepare, Split, Task, Threshold
from proofstone.core.step import Context, step
from proofstone.models.prepare.fit import fit_prepare
from proofstone.models.rows import stored_table
from proofstone.train.background import NAME, background
from proofstone.train.columns import features, groups, target
from proofstone.train.part import FittedPart, Part, Recipe, attribute_of, fit_part

FINAL = "final"


@step("train.fit", outputs=("model", "fold_models", "predictions", "trials"))
def fit(context: Context) -> Mapping[str, Draft]:
    """Fit a candidate and predict every judged row by a model that never saw it.

    Raises:
        DataError: the label, a class, a group or a value is not fit for training.
        InputError: settings of the candidate are unknown or out of range.
    """
    settings = context.settings
    frame = stored_table(context.inputs["table"], "table.parquet")
    placed = stored_table(context.inputs["split"], "split.parquet").sort("row")
    frame = frame[placed["row"].to_numpy()]
    fold = placed["fold"].to_numpy()
    task, split = Task(**settings["task"]), Split(**settings["split"])
    if split.time is not None and split.estimator == "cross_fitted":
        raise InputError(
            "split: cross-fitting in time would train on later rows",
            hint="use `estimator: hold_out` with `time`",
        )
    labels, classes = target(frame, task)
    recipe = Recipe(
        family=context.plugins["family"],
        candidate=Candidate(**settings["candidate"]),
        task=task,
        features=features(_schema(context.inputs["table"]), task, Data(**settings["data"]), split),
        classes=classes,
        prepare=Prepare(**settings["prepare"]),
        calibration=settings["calibration"],
        threshold=Threshold(**settings["threshold"]),
    )
    # Fitted on all rows for its complaints alone: they then name rows of the table, not of a fold.
    fit_prepare(frame, recipe.features, recipe.prepare, takes=recipe.family.takes)
    parts = _parts(recipe, frame, labels, fold, split, context.seed)
    context.progress(
        message("fitting {n} models of {family}").format(n=len(parts), family=recipe.family.name)
    )
    fitted = dict(zip((part.name for part in parts), context.map(fit_part, parts), strict=True))
    judged = pl.DataFrame({"row": placed["row"], "fold": fold.astype(np.int32), "label": labels})
    names = [feature.name for feature in recipe.features]
    extra = {}
    if recipe.family.takes != "text":  # texts of people do not leave the house
        extra[NAME] = background(parts[-1].frame, names, context.seed)
    return _drafts(recipe, fitted, judged, extra)


def _parts(
    recipe: Recipe,
    frame: pl.DataFrame,
    labels: np.ndarray,
    fold: np.ndarray,
    split: Split,
    seed: int,
) -> list[Part]:
    """One part for each judged fold; cross-fitted, one more on all rows, judged on none."""
    names = [str(number) for number in range(int(fold.max(initial=-1)) + 1)]
    if not names:
        raise InputError("the split judges no row", hint="run the step data.split again")
    if split.estimator == "cross_fitted":
        names.append(FINAL)
    attribute = attribute_of(recipe)
    if recipe.candidate.mitigation != "none" and attribute is None:
        raise InputError(
            f"candidate {recipe.candidate.name}: mitigation needs a protected column",
            hint="name one in task.protected",
        )
    group = None if attribute is None else groups(frame, attribute)
    together = None if split.group is None else groups(frame, split.group).astype(str)
    parts = []
    for place, name in enumerate(names):
        held = fold == (place if name != FINAL else -2)
        parts.append(
            Part(
                name=name,
                recipe=recipe,
                seed=int(np.random.SeedSequence([seed, place]).generate_state(1)[0]),
                frame=frame.filter(~held),
                target=labels[~held],
                group=None if group is None else group[~held],
                together=None if together is None else together[~held],
                judged=frame.filter(held),
            )
        )
    return parts


def _drafts(
    recipe: Recipe,
    fitted: Mapping[str, FittedPart],
    judged: pl.DataFrame,
    extra: Mapping[str, bytes],
) -> dict[str, Draft]:
    folds = {name: part for name, part in fitted.items() if name != FINAL}
    final = fitted.get(FINAL) or fitted["0"]
    files = {
        f"{name}/{path}": content
        for name, part in folds.items()
        for path, content in part.files.items()
    }
    meta = {"candidate": recipe.candidate.name, "family": recipe.family.name}
    scored = [
        judged.filter(pl.col("fold") == int(name)).with_columns(
            pl.Series("score", part.score),
            pl.Series("threshold", part.threshold),
            pl.Series("decision", part.decision),
        )
        for name, part in folds.items()
    ]
    table = pl.concat(scored).sort("row")
    table = table.select("row", "fold", "score", "threshold", "decision", "label")
    return {
        "model": Draft("model", {**final.files, **extra}, meta),
        "fold_models": Draft("fold_models", files, meta | {"folds": len(folds)}),
        "predictions": Draft("predictions", {"predictions.parquet": _bytes(table)}, meta),
        "trials": Draft("trials", {"trials.json": canonical_json(_trials(recipe, fitted))}, meta),
    }


def _trials(recipe: Recipe, fitted: Mapping[str, FittedPart]) -> dict[str, Any]:
    """The search of each part; `deterministic` is false where seconds could have changed it."""
    chosen = fitted.get(FINAL) or fitted["0"]
    parts = [part.trials for part in fitted.values()]
    return {
        "format": 1,
        "method": recipe.candidate.search.method,
        "objective": "log_loss",
        "deterministic": recipe.candidate.search.seconds is None
        and all(part.get("fit", {}).get("deterministic", True) for part in parts),
        "chosen": chosen.trials["chosen"],
        "count": sum(len(part["trials"]) for part in parts),
        "parts": parts,
    }


def _schema(table: Stored) -> list[dict[str, Any]]:
    columns: list[dict[str, Any]] = json.loads(table.read("schema.json"))["columns"]
    return columns


def _bytes(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", statistics=True)
    return buffer.getvalue()
