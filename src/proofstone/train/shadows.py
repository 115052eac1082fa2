"""The step train.shadows: what a candidate's procedure learns from random halves of the rows."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from proofstone.core.artifact import Draft
from proofstone.core.canonical import canonical_json
from proofstone.core.errors import DataError
from proofstone.core.i18n import message
from proofstone.core.project.schema import Candidate, Data, Prepare, Search, Split, Task, Threshold
from proofstone.core.step import Context, step
from proofstone.models.rows import stored_table
from proofstone.train.columns import features, groups, target
from proofstone.train.part import Part, Recipe, attribute_of, fit_part

_FEWEST = 8
_TOGETHER = 4


@dataclass(frozen=True, eq=False)
class Halves:
    """Shadow models that one process fits in turn, so that it is sent the table once.

    `part` holds all rows; `members` (m, n) says which of them each may see; `first` is the number
    of the first among all shadow models.
    """

    part: Part
    members: np.ndarray
    first: int


@step("train.shadows", outputs=("shadows",))
def shadows(context: Context) -> Mapping[str, Draft]:
    """Fit a candidate's procedure on random halves of all rows, and score every judged row.

    For each pair of shadow models a fair coin is tossed for each row (with `split.group`, for all
    rows of a group together): heads is for the first, tails for the second. So each row is in
    exactly half of the models, each coin is independent of the others (Carlini et al. 2022;
    Steinke, Nasr and Jagielski 2023), and a model's complement is the one beside it. Settings are
    those that the candidate's own search chose; calibration, threshold and mitigation are fitted
    anew, on the half alone.

    `row_budget` bounds the models times the rows, so that a large table gets fewer of them.
    Where a half cannot be fitted, because a class is too rare, the artifact is empty and says why.
    Not covered: what the search itself gives away; it is not repeated.
    """
    settings = context.settings
    placed = stored_table(context.inputs["split"], "split.parquet").sort("row")
    frame = stored_table(context.inputs["table"], "table.parquet")[placed["row"].to_numpy()]
    kept = placed["fold"].to_numpy() >= 0
    count = _affordable(int(settings["shadows"]), len(frame), settings["row_budget"])
    rng = np.random.default_rng(context.seed)
    split = Split(**settings["split"])
    _, unit = np.unique(
        np.arange(len(frame)) if split.group is None else groups(frame, split.group).astype(str),
        return_inverse=True,
    )
    heads = (rng.random((count // 2, int(unit.max(initial=-1)) + 1)) < 0.5)[:, unit]
    member = np.stack([heads, ~heads], axis=1).reshape(-1, len(unit))
    whole = _whole(context, frame, kept, split)
    halves = [
        Halves(whole, member[first : first + _TOGETHER], first)
        for first in range(0, len(member), _TOGETHER)
    ]
    name = whole.recipe.candidate.name
    context.progress(message("fitting {n} shadow models").format(n=len(member)))
    about: dict[str, Any] = {
        "format": 1,
        "candidate": name,
        "shadows": len(member),
        "together": split.group is not None,
        "reason": "",
    }
    none = np.empty((0, int(kept.sum())), dtype=np.float32)
    try:
        score = np.concatenate([none, *context.map(fit_halves, halves)])
    except DataError as error:
        about |= {"shadows": 0, "reason": str(error)}
        score, member = none, member[:0]
    files = {
        "shadows.json": canonical_json(about),
        "row.npy": _npy(placed["row"].to_numpy().astype(np.int64)[kept]),
        "member.npy": _npy(np.packbits(member[:, kept], axis=1)),
        "score.npy": _npy(score),
    }
    meta = {"candidate": name, "shadows": len(score)}
    return {"shadows": Draft("shadows", files, meta)}


def fit_halves(halves: Halves) -> np.ndarray:
    """Fit each shadow model on its members; return the score of each judged row, float32 (m, k).

    Raises:
        DataError: a class has too few rows in a half.
    """
    return np.stack([_score(halves, at) for at in range(len(halves.members))])


def _score(halves: Halves, at: int) -> np.ndarray:
    whole, mine, number = halves.part, halves.members[at], halves.first + at
    part = replace(
        whole,
        name=f"shadow {number}",
        seed=_seed(whole.seed, number),
        frame=whole.frame.filter(pl.Series(mine)),
        target=whole.target[mine],
        group=None if whole.group is None else whole.group[mine],
        together=None if whole.together is None else whole.together[mine],
    )
    return fit_part(part).score.astype(np.float32)


def _whole(context: Context, frame: pl.DataFrame, kept: np.ndarray, split: Split) -> Part:
    """The candidate on all rows, its search replaced by what it chose."""
    settings = context.settings
    task, data = Task(**settings["task"]), Data(**settings["data"])
    labels, classes = target(frame, task)
    schema = json.loads(context.inputs["table"].read("schema.json"))["columns"]
    trials = json.loads(context.inputs["trials"].read("trials.json"))
    candidate = Candidate(**settings["candidate"])
    search = Search(method="none", folds=candidate.search.folds)
    recipe = Recipe(
        family=context.plugins["family"],
        candidate=candidate.model_copy(update={"settings": trials["chosen"], "search": search}),
        task=task,
        features=features(schema, task, data, split),
        classes=classes,
        prepare=Prepare(**settings["prepare"]),
        calibration=settings["calibration"],
        threshold=Threshold(**settings["threshold"]),
    )
    attribute = attribute_of(recipe)
    return Part(
        name="shadow",
        recipe=recipe,
        seed=context.seed,
        frame=frame,
        target=labels,
        group=None if attribute is None else groups(frame, attribute),
        together=None if split.group is None else groups(frame, split.group).astype(str),
        judged=frame.filter(pl.Series(kept)),
    )


def _affordable(count: int, rows: int, budget: int | None) -> int:
    """How many shadow models the budget of rows, all models together, allows: even, at least 8."""
    if budget is None:
        return count
    return min(count, max(_FEWEST, 2 * (budget // (2 * max(1, rows)))))


def _seed(seed: int, at: int) -> int:
    return int(np.random.SeedSequence([seed, at]).generate_state(1)[0])


def _npy(values: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, values, allow_pickle=False)
    return buffer.getvalue()
