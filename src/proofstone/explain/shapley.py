"""Shapley values of any model: exact where its kind allows, else estimated with errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from proofstone.core.i18n import message
from proofstone.explain.additive import AdditiveExplainer
from proofstone.explain.attributions import Attributions
from proofstone.explain.forest import Forest, Paths
from proofstone.explain.lightgbm_text import read_forest
from proofstone.explain.linear import LinearExplainer
from proofstone.explain.permutation import PermutationExplainer
from proofstone.explain.trees import LONGEST, TreeExplainer
from proofstone.models.contract import Model, Predict
from proofstone.models.rows import Rows
from proofstone.models.runtimes.ebm import Ebm
from proofstone.models.runtimes.lightgbm import LightGbm
from proofstone.models.runtimes.linear import Linear
from proofstone.models.runtimes.tree import Tree
from proofstone.models.tabular import TabularModel

Exact = LinearExplainer | AdditiveExplainer | TreeExplainer

_CLIP = 1e-12
_LINEAR = message("interventional Shapley values, exact, linear")
_ADDITIVE = message("interventional Shapley values, exact, additive")
_TREES = message("interventional Shapley values, exact, trees")


@dataclass(frozen=True, eq=False)
class Explainer:
    """Explains rows of one model against one background; make it once, ask it often.

    `exact` says whether its values are exact or estimates with standard errors.
    """

    base: float
    features: tuple[str, ...]
    method: str
    exact: bool
    margin: Callable[[Rows], np.ndarray]
    _values: Callable[[Rows], tuple[np.ndarray, np.ndarray | None]]

    def explain(self, rows: Rows) -> Attributions:
        """Attributions of the margin (log-odds before calibration) of `rows`."""
        values, errors = self._values(rows)
        return Attributions(self.base, values, self.features, self.method, errors)


def explainer(model: Model, background: Rows, *, seed: int = 0) -> Explainer:
    """Return an explainer of `model` against `background`, at least one row.

    Linear models, trees, LightGBM and EBM are explained exactly. Any other model is asked about
    hybrids of row and background, in orders drawn by `seed`; its margin is the log-odds of its
    probability.

    Raises:
        NotRecorded: the model only replays recorded answers.
    """
    features = tuple(feature.name for feature in model.signature.inputs)
    if isinstance(model, TabularModel):
        found = _exact(model, model.matrix(background.frame))
        if found is not None:
            return _of_matrix(model, features, *found)
    return _estimate(model, features, background, seed)


def explain(model: Model, rows: Rows, background: Rows, *, seed: int = 0) -> Attributions:
    """Return the Shapley values of the margin of `rows`; see `explainer`."""
    return explainer(model, background, seed=seed).explain(rows)


def _exact(model: TabularModel, background: np.ndarray) -> tuple[Exact, str] | None:
    features = [feature.name for feature in model.signature.inputs]
    owners = np.array([features.index(name) for name in model.columns], dtype=np.int64)
    about = (owners, len(features), background)
    match model.runtime:
        case Linear() as linear:
            return LinearExplainer(linear.coef, linear.intercept, *about), _LINEAR
        case Ebm() as ebm if all(len(term.columns) <= 2 for term in ebm.terms_of):
            return AdditiveExplainer(ebm.terms_of, ebm.intercept, *about), _ADDITIVE
        case LightGbm() as booster:
            return _trees(read_forest(booster.text), about)
        case Tree() as tree:
            return _trees(_forest(tree), about)
    return None


def _trees(forest: Forest, about: tuple[np.ndarray, int, np.ndarray]) -> tuple[Exact, str] | None:
    owners, features, background = about
    paths = Paths.of(forest, owners.tolist())
    if paths.depth > LONGEST:
        return None
    return TreeExplainer(paths, features, background), _TREES


def _forest(tree: Tree) -> Forest:
    nodes = len(tree.feature)
    return Forest(
        column=tree.feature,
        threshold=tree.threshold,
        left=tree.left,
        right=tree.right,
        value=np.where(tree.feature < 0, tree.log_odds, 0.0),
        roots=np.zeros(1, dtype=np.int64),
        missing=np.zeros(nodes, dtype=np.int64),
        default_left=np.zeros(nodes, dtype=bool),
    )


def _of_matrix(
    model: TabularModel, features: tuple[str, ...], exact: Exact, method: str
) -> Explainer:
    return Explainer(
        exact.base,
        features,
        method,
        True,
        model.margin,
        lambda rows: (exact.values(model.matrix(rows.frame)), None),
    )


def _estimate(model: Model, features: tuple[str, ...], background: Rows, seed: int) -> Explainer:
    at = model.signature.classes.index(str(model.signature.positive))

    def margin(rows: Rows) -> np.ndarray:
        score = np.clip(model.answer(Predict(), rows)[:, at], _CLIP, 1 - _CLIP)
        return np.asarray(np.log(score / (1 - score)))

    estimate = PermutationExplainer(
        lambda frame: margin(Rows.of(frame)), background.frame, features, seed
    )
    method = message("interventional Shapley values, {walks} antithetic walks").format(
        walks=estimate.walks
    )
    return Explainer(
        estimate.base, features, method, False, margin, lambda rows: estimate.values(rows.frame)
    )
