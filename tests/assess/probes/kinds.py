"""Cases of several classes, labels, numbers and rankings, with recorded answers."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import polars as pl
from sklearn import datasets
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import Ridge
from sklearn.model_selection import cross_val_predict

from proofstone.checks.cases import ClassesCase, LabelsCase, NumberCase, RankingCase
from proofstone.models.contract import Signature
from proofstone.models.predictions import Recorded
from proofstone.models.rows import Rows


def classes(
    target: np.ndarray, answers: np.ndarray, frame: pl.DataFrame | None = None, **about: Any
) -> tuple[ClassesCase, Recorded]:
    rows = _rows(len(target), frame)
    names = tuple(f"c{place}" for place in range(answers.shape[1]))
    case = ClassesCase(rows=rows, target=np.asarray(target), classes=names, **about)
    return case, Recorded(rows, answers, Signature((), "probabilities", names))


def labels(target: np.ndarray, answers: np.ndarray, **about: Any) -> tuple[LabelsCase, Recorded]:
    rows = _rows(len(target))
    names = tuple(f"l{place}" for place in range(target.shape[1]))
    case = LabelsCase(
        rows=rows, target=target, labels=names, threshold=np.full(len(names), 0.5), **about
    )
    return case, Recorded(rows, answers, Signature((), "labels", names))


def numbers(
    target: np.ndarray, estimate: np.ndarray, frame: pl.DataFrame | None = None, **about: Any
) -> tuple[NumberCase, Recorded]:
    rows = _rows(len(target), frame)
    case = NumberCase(rows=rows, target=np.asarray(target, dtype=float), **about)
    return case, Recorded(rows, estimate, Signature((), "number"))


def ranked(
    target: np.ndarray, score: np.ndarray, query: np.ndarray, **about: Any
) -> tuple[RankingCase, Recorded]:
    rows = _rows(len(target))
    case = RankingCase(rows=rows, target=np.asarray(target, dtype=float), query=query, **about)
    return case, Recorded(rows, score, Signature((), "number"))


def _rows(n: int, frame: pl.DataFrame | None = None) -> Rows:
    return Rows.of(pl.DataFrame({"x": np.arange(n) / 1.0}) if frame is None else frame)


@cache
def digits() -> tuple[np.ndarray, np.ndarray]:
    """Handwritten digits, and cross-fitted probabilities of a small forest."""
    rows, target = datasets.load_digits(return_X_y=True)
    forest = RandomForestClassifier(20, random_state=0)
    return target, cross_val_predict(forest, rows, target, cv=3, method="predict_proba")


@cache
def diabetes() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Progression of diabetes, cross-fitted estimates, and sex."""
    rows, target = datasets.load_diabetes(return_X_y=True)
    estimate = cross_val_predict(Ridge(), rows, target)
    return target, estimate, np.where(rows[:, 1] > 0, "a", "b").astype(object)
