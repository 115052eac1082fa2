"""Exact Shapley values of boosted trees, interventional and by the covers of their nodes."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import lightgbm
import numpy as np
import pandas as pd
import shap
from woodelf import WoodelfExplainer

from bench.row import Row, seconds
from bench.scale import scaled
from bench.timed import timed
from proofstone.explain.forest import Paths
from proofstone.explain.lightgbm_text import read_forest
from proofstone.explain.path_dependent import PathDependentExplainer
from proofstone.explain.trees import TreeExplainer

_TREES, _LEAVES, _FEATURES = scaled(300, 10), 31, 12
_ROWS = scaled(2_380, 60)
_FEW = min(100, _ROWS // 2)
_SAMPLED = scaled(60, 5)

Explain = Callable[[lightgbm.Booster, np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class _Work:
    """One comparison: the peer explains the first `asked` rows, which are scaled to all."""

    kind: str
    beside: str
    goal: str
    background: int
    asked: int
    ours: Explain
    theirs: Explain


def rows() -> list[Row]:
    """Ours beside shap and beside bare woodelf, each with its own set-up, on the same rows."""
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(_ROWS, _FEATURES))
    logit = matrix[:, 0] + matrix[:, 1] * matrix[:, 2] - np.abs(matrix[:, 3])
    target = rng.random(_ROWS) < 1 / (1 + np.exp(-logit))
    params = {"objective": "binary", "num_leaves": _LEAVES, "num_threads": 1, "verbosity": -1}
    booster = lightgbm.train(params, lightgbm.Dataset(matrix, target), _TREES)
    return [_row(booster, matrix, work) for work in _WORK]


def _row(booster: lightgbm.Booster, matrix: np.ndarray, work: _Work) -> Row:
    background = matrix[-work.background :]
    ours, values = timed(lambda: work.ours(booster, matrix, background))
    took, theirs = timed(lambda: work.theirs(booster, matrix[: work.asked], background))
    scaling = len(matrix) / work.asked
    said = "set-up included, one run each"
    if scaling > 1:
        said = f"{work.asked} rows run in {seconds(took)}, scaled to {len(matrix):,}; {said}"
    raw = np.asarray(booster.predict(matrix, raw_score=True))
    said += f"; margins missed by {_gap(values, raw):.0e}, theirs by {_gap(theirs, raw):.0e}"
    about = f", {work.background:,} of background" if work.kind == "interventional" else ""
    return Row(
        f"Shapley values ({work.kind}), {_TREES} trees of {_LEAVES} leaves, "
        f"{len(matrix):,} rows{about}",
        seconds(ours),
        goal=work.goal,
        beside=work.beside,
        theirs=seconds(took * scaling),
        ratio=took * scaling / ours,
        difference=float(np.abs(values[: work.asked] - theirs).max()),
        notes=said,
    )


def _gap(values: np.ndarray, raw: np.ndarray) -> float:
    """How far values and a common base miss the margins of their rows."""
    rest = values.sum(axis=1) - raw[: len(values)]
    return float(np.ptp(rest)) / 2.0


def _paths(booster: lightgbm.Booster) -> Paths:
    return Paths.of(read_forest(booster.model_to_string()), list(range(_FEATURES)))


def _ours(booster: lightgbm.Booster, asked: np.ndarray, background: np.ndarray) -> np.ndarray:
    return TreeExplainer(_paths(booster), _FEATURES, background).values(asked)


def _by_cover(booster: lightgbm.Booster, asked: np.ndarray, background: np.ndarray) -> np.ndarray:
    return PathDependentExplainer(_paths(booster), _FEATURES).values(asked)


def _shap(
    booster: lightgbm.Booster, asked: np.ndarray, background: np.ndarray, *, kind: str
) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # A plain array of more than 100 rows would quietly be sampled down to 100.
        masker = shap.maskers.Independent(background, max_samples=len(background))
        data = masker if kind == "interventional" else None
        explainer = shap.TreeExplainer(booster, data, feature_perturbation=kind, model_output="raw")
        found = np.asarray(explainer.shap_values(asked, check_additivity=False))
    return found[..., 1] if found.ndim == 3 else found


def _woodelf(
    booster: lightgbm.Booster, asked: np.ndarray, background: np.ndarray, *, kind: str
) -> np.ndarray:
    names = [f"Column_{place}" for place in range(_FEATURES)]
    data = pd.DataFrame(background, columns=names) if kind == "interventional" else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        explainer = WoodelfExplainer(booster, data, feature_perturbation=kind)
        values = explainer.shap_values(pd.DataFrame(asked, columns=names), verbose=False)
    return np.asarray(values)


_SHAP, _BARE = "shap TreeExplainer", "bare woodelf"
_BOTH, _COVER = "interventional", "tree_path_dependent"
_WORK = (
    _Work(_BOTH, _SHAP, "5x", _FEW, _ROWS, _ours, partial(_shap, kind=_BOTH)),
    _Work(_BOTH, _BARE, "1x", _FEW, _ROWS, _ours, partial(_woodelf, kind=_BOTH)),
    _Work(_BOTH, _SHAP, "100x", _ROWS, _SAMPLED, _ours, partial(_shap, kind=_BOTH)),
    _Work(_BOTH, _BARE, "1x", _ROWS, _ROWS, _ours, partial(_woodelf, kind=_BOTH)),
    _Work(_COVER, _SHAP, "1x", _FEW, _ROWS, _by_cover, partial(_shap, kind=_COVER)),
    _Work(_COVER, _BARE, "1x", _FEW, _ROWS, _by_cover, partial(_woodelf, kind=_COVER)),
)
