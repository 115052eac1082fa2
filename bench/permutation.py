"""Shapley values of a model that can only be asked: time, calls and error beside shap."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial

import lightgbm
import numpy as np
import polars as pl
import shap

from bench.row import Row, seconds
from bench.scale import scaled
from bench.timed import timed
from proofstone.explain.forest import Paths
from proofstone.explain.lightgbm_text import read_forest
from proofstone.explain.permutation import BACKGROUND, PermutationExplainer
from proofstone.explain.trees import TreeExplainer

_ROWS, _FEATURES = scaled(100, 5), 24
_TRAINED, _TREES = scaled(2_000, 300), scaled(300, 10)


_PEERS = (
    ("shap PermutationExplainer, as it comes", 500),
    ("shap PermutationExplainer, one order a row: about our number of calls", 2 * _FEATURES + 1),
)


class _Counted:
    """A black box on a matrix, which counts the rows that it is asked about."""

    def __init__(self, margin: Callable[[np.ndarray], np.ndarray]) -> None:
        self._margin = margin
        self.rows = 0

    def __call__(self, matrix: np.ndarray) -> np.ndarray:
        self.rows += len(matrix)
        return np.asarray(self._margin(np.asarray(matrix)))


def rows() -> list[Row]:
    """Ours beside shap's from the same background, each with its error against exact values."""
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(_TRAINED, _FEATURES))
    logit = matrix[:, 0] + matrix[:, 1] * matrix[:, 2] - np.abs(matrix[:, 3])
    target = rng.random(_TRAINED) < 1 / (1 + np.exp(-logit))
    params = {"objective": "binary", "num_leaves": 31, "num_threads": 1, "verbosity": -1}
    booster = lightgbm.train(params, lightgbm.Dataset(matrix, target), _TREES)

    def margin(rows: np.ndarray) -> np.ndarray:
        return np.asarray(booster.predict(rows, raw_score=True, num_threads=1))

    asked, background = matrix[:_ROWS], matrix[-BACKGROUND:]
    paths = Paths.of(read_forest(booster.model_to_string()), list(range(_FEATURES)))
    exact = TreeExplainer(paths, _FEATURES, background).values(asked)
    ours = _Counted(margin)
    took, values = timed(lambda: _ours(ours, asked, background))
    found = []
    _shap(_Counted(margin), asked[:1], background, 2 * _FEATURES + 1)  # compiles
    for name, evaluations in _PEERS:
        theirs = _Counted(margin)
        other, estimate = timed(partial(_shap, theirs, asked, background, evaluations))
        mine, yours = _error(values, exact), _error(estimate, exact)
        found.append(
            Row(
                f"model-agnostic Shapley values, {_ROWS} rows x {_FEATURES} features, "
                f"{BACKGROUND} of background, {_TREES} trees asked as a black box",
                seconds(took),
                goal="10x, same error",
                beside=name,
                theirs=seconds(other),
                ratio=other / took,
                difference=float(np.abs(values - estimate).max()),
                notes=f"error against exact values {mine:.2g}, theirs {yours:.2g}: at equal error "
                f"about {other / took * (yours / mine) ** 2:.2g}x, as errors fall with the root of "
                f"the calls; rows asked {ours.rows:,}, theirs {theirs.rows:,}: at equal error "
                f"{theirs.rows / ours.rows * (yours / mine) ** 2:.2g}x as many; both estimate, so "
                "numbers differ by their errors",
            )
        )
    return found


def _error(values: np.ndarray, exact: np.ndarray) -> float:
    """The root mean squared error, of the values' spread."""
    return float(np.sqrt(((values - exact) ** 2).mean()) / np.asarray(exact).std())


def _ours(ask: _Counted, asked: np.ndarray, background: np.ndarray) -> np.ndarray:
    names = tuple(f"x{place}" for place in range(_FEATURES))
    frame, table = (pl.DataFrame(part, schema=list(names)) for part in (asked, background))
    explainer = PermutationExplainer(lambda rows: ask(rows.to_numpy()), table, names)
    return explainer.values(frame)[0]


def _shap(ask: _Counted, asked: np.ndarray, background: np.ndarray, evaluations: int) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        masker = shap.maskers.Independent(background, max_samples=len(background))
        explainer = shap.PermutationExplainer(ask, masker, seed=0)
        return np.asarray(explainer(asked, max_evals=evaluations, silent=True).values)
