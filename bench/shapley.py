"""Interventional Shapley values of boosted trees."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable

import lightgbm
import numpy as np
import pandas as pd
import shap
from woodelf import WoodelfExplainer

from bench.row import Row, seconds
from proofstone.explain.forest import Paths
from proofstone.explain.lightgbm_text import read_forest
from proofstone.explain.trees import TreeExplainer

_TREES, _LEAVES, _FEATURES = 300, 31, 12
_BACKGROUND = 100

Explain = Callable[[lightgbm.Booster, np.ndarray, np.ndarray], np.ndarray]


def rows() -> list[Row]:
    """Ours beside shap and beside bare woodelf, each with its own set-up, on the same rows."""
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(2_000, _FEATURES))
    logit = matrix[:, 0] + matrix[:, 1] * matrix[:, 2] - np.abs(matrix[:, 3])
    target = rng.random(len(matrix)) < 1 / (1 + np.exp(-logit))
    params = {"objective": "binary", "num_leaves": _LEAVES, "num_threads": 1, "verbosity": -1}
    booster = lightgbm.train(params, lightgbm.Dataset(matrix, target), _TREES)
    return [_row(booster, matrix, *peer) for peer in _PEERS]


def _row(
    booster: lightgbm.Booster, matrix: np.ndarray, name: str, rows: int, goal: str, explain: Explain
) -> Row:
    asked, background = matrix[:rows], matrix[-_BACKGROUND:]
    ours, values = _timed(lambda: _ours(booster, asked, background))
    took, theirs = _timed(lambda: explain(booster, asked, background))
    return Row(
        f"Shapley values, {_TREES} trees of {_LEAVES} leaves, {rows:,} rows, {_BACKGROUND} of "
        "background",
        seconds(ours),
        goal=goal,
        beside=name,
        theirs=seconds(took),
        ratio=took / ours,
        difference=float(np.abs(values - theirs).max()),
        notes="set-up included, one run each",
    )


def _timed(explain: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
    started = time.perf_counter()
    values = explain()
    return time.perf_counter() - started, values


def _ours(booster: lightgbm.Booster, asked: np.ndarray, background: np.ndarray) -> np.ndarray:
    paths = Paths.of(read_forest(booster.model_to_string()), list(range(_FEATURES)))
    return TreeExplainer(paths, _FEATURES, background).values(asked)


def _shap(booster: lightgbm.Booster, asked: np.ndarray, background: np.ndarray) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        explainer = shap.TreeExplainer(
            booster, background, feature_perturbation="interventional", model_output="raw"
        )
        return np.asarray(explainer.shap_values(asked, check_additivity=False))


def _woodelf(booster: lightgbm.Booster, asked: np.ndarray, background: np.ndarray) -> np.ndarray:
    names = [f"Column_{place}" for place in range(_FEATURES)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        explainer = WoodelfExplainer(
            booster,
            pd.DataFrame(background, columns=names),
            feature_perturbation="interventional",
        )
        values = explainer.shap_values(pd.DataFrame(asked, columns=names), verbose=False)
    return np.asarray(values)


_PEERS: tuple[tuple[str, int, str, Explain], ...] = (
    ("shap TreeExplainer, interventional", 500, "5x", _shap),
    ("bare woodelf", 500, "1x", _woodelf),
    ("bare woodelf", 2_000, "1x", _woodelf),
)
