"""The step that measures one candidate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from proofstone.assess.inference.shadows import read_shadows
from proofstone.assess.labels import read_groups
from proofstone.checks.cases import DecisionCase
from proofstone.checks.levels import corrected_levels
from proofstone.checks.oracle import Oracle
from proofstone.checks.probe import Probe
from proofstone.core.artifact import Draft, Stored
from proofstone.core.canonical import canonical_json
from proofstone.core.errors import Cancelled
from proofstone.core.i18n import message
from proofstone.core.project.schema import Assess, Data
from proofstone.core.step import Context, step
from proofstone.measures.arrays import evenly
from proofstone.models.constraints import Bounds, Constraints
from proofstone.models.contract import Model
from proofstone.models.cross_fitted import CrossFitted
from proofstone.models.open import open_model
from proofstone.models.rows import Rows, stored_table
from proofstone.models.tabular import TabularModel

_BACKGROUND = 200


@step("assess.candidate", outputs=("findings",))
def assess_candidate(context: Context) -> Mapping[str, Draft]:
    """Run the planned probes on one candidate and return their findings.

    Rows that the split judges are answered by the model of their fold, which never saw them, so
    cross-fitted findings speak of the procedure; attributions speak of the released model.
    """
    if context.cancelled():
        raise Cancelled
    probes = len(context.plugins)
    context.progress(message("{n} probes ask the model").format(n=probes))
    told = Measured(context.settings, context.inputs, context.plugins, context.seed)
    (document,) = context.map(_findings, [told])
    return {"findings": Draft("findings", {"findings.json": document})}


@dataclass(frozen=True)
class Measured:
    """What the findings of one candidate follow from; a worker is sent it."""

    settings: Mapping[str, Any]
    inputs: Mapping[str, Stored]
    plugins: Mapping[str, Probe]
    seed: int


def _findings(told: Measured) -> bytes:
    asked, probes, case = candidate_case(told)
    findings = Oracle(asked).run(probes, case, seed=told.seed)
    return canonical_json([finding.to_json() for finding in findings])


def candidate_case(
    context: Context | Measured,
) -> tuple[Model, list[Probe], DecisionCase]:
    """Return the model that probes ask, the probes, and the case of one candidate."""
    model = open_model(_files(context.inputs["model"]))
    predictions = stored_table(context.inputs["predictions"], "predictions.parquet")
    table = stored_table(context.inputs["table"], "table.parquet")
    split = stored_table(context.inputs["split"], "split.parquet")
    asked = CrossFitted(_fold_models(context.inputs["fold_models"]), _fold_of(split, table.height))
    probes = [context.plugins[name] for name in sorted(context.plugins)]
    case = _with_shadows(_case(context.settings, probes, model, table, split, predictions), context)
    return asked, probes, case


def _case(
    settings: Mapping[str, Any],
    probes: Sequence[Probe],
    model: TabularModel,
    table: pl.DataFrame,
    split: pl.DataFrame,
    predictions: pl.DataFrame,
) -> DecisionCase:
    task, assess = settings["task"], Assess.model_validate(settings["assess"])
    judged = predictions["row"].to_numpy().astype(np.int64)
    features = table.select(feature.name for feature in model.signature.inputs)
    held_out = bool((split["fold"] == -1).any())
    trained = split.filter(pl.col("fold") == -1) if held_out else split
    kept = _spread(trained["row"].sort().to_numpy(), _BACKGROUND)
    return DecisionCase(
        rows=Rows(features[judged], judged),
        target=predictions["label"].to_numpy().astype(np.int64),
        threshold=predictions["threshold"].to_numpy(),
        protected={name: read_groups(table[name])[judged] for name in task["protected"]},
        positive=model.signature.classes.index(str(model.signature.positive)),
        background=Rows(features[kept], kept),
        constraints=_constraints(Data.model_validate(settings["data"]), task),
        model=model,
        evidence="bytes" if held_out else "procedure",
        level=assess.level,
        levels=corrected_levels(
            assess.gates, probes, level=assess.level, candidates=settings["candidates"]
        ),
        settings=assess.settings,
    )


def _with_shadows(case: DecisionCase, context: Context | Measured) -> DecisionCase:
    """The case with the shadow models that were planned for it, or with why there are none."""
    shadows, known = None, {"without": context.settings.get("without_shadows", "")}
    if "shadows" in context.inputs:
        shadows, known = read_shadows(context.inputs["shadows"], case.rows.origin)
    return replace(case, shadows=shadows, settings={**case.settings, "shadows": known})


def _constraints(data: Data, task: Mapping[str, Any]) -> Constraints:
    """What the data dictionary says; protected columns never change."""
    bounds = {
        name: Bounds(
            change="none" if name in task["protected"] else column.change,
            low=column.min,
            high=column.max,
            values=None if column.values is None else tuple(column.values),
        )
        for name, column in data.columns.items()
    }
    fixed = {name: Bounds(change="none") for name in task["protected"] if name not in bounds}
    return Constraints(bounds | fixed, tuple(data.rules))


def _spread(rows: np.ndarray, most: int) -> np.ndarray:
    """At most `most` of `rows`, evenly spread."""
    if len(rows) <= most:
        return rows.astype(np.int64)
    return rows[evenly(len(rows), most)].astype(np.int64)


def _fold_of(split: pl.DataFrame, height: int) -> np.ndarray:
    fold_of = np.full(height, -1, dtype=np.int64)
    fold_of[split["row"].to_numpy()] = split["fold"].to_numpy()
    return fold_of


def _fold_models(stored: Stored) -> list[TabularModel]:
    """The models of the folds, in order; their files lie in directories named by number."""
    folds: dict[int, dict[str, bytes]] = {}
    for path, data in _files(stored).items():
        fold, _, name = path.partition("/")
        folds.setdefault(int(fold), {})[name] = data
    return [open_model(folds[fold]) for fold in sorted(folds)]


def _files(stored: Stored) -> dict[str, bytes]:
    return {name: stored.read(name) for name in stored.artifact.files}
