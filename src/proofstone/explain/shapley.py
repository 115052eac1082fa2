"""Shapley values of any model: exact where its kind allows, else estimated with errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np

from proofstone.core.errors import InputError
from proofstone.core.i18n import message
from proofstone.explain.additive import AdditiveExplainer
from proofstone.explain.attributions import Attributions
from proofstone.explain.forest import Forest, Paths
from proofstone.explain.lightgbm_text import read_forest
from proofstone.explain.linear import LinearExplainer
from proofstone.explain.outputs import Output, positive
from proofstone.explain.path_dependent import PathDependentExplainer
from proofstone.explain.permutation import PermutationExplainer
from proofstone.explain.trees import LONGEST, TreeExplainer
from proofstone.models.contract import Model, Predict
from proofstone.models.rows import Rows
from proofstone.models.runtimes.ebm import Ebm
from proofstone.models.runtimes.lightgbm import LightGbm
from proofstone.models.runtimes.linear import Linear
from proofstone.models.runtimes.tree import Tree
from proofstone.models.tabular import TabularModel

Exact = LinearExplainer | AdditiveExplainer | TreeExplainer | PathDependentExplainer

Kind = Literal["interventional", "path_dependent"]
"""What an absent feature is replaced by: background rows, or the covers of a tree's nodes."""

_LINEAR = message("interventional Shapley values, exact, linear")
_ADDITIVE = message("interventional Shapley values, exact, additive")
_TREES = message("interventional Shapley values, exact, trees")
_WALKS = message("interventional Shapley values, {walks} antithetic walks")
_OWEN = message("interventional Owen values, {walks} antithetic walks")
_PATHS = message("path-dependent Shapley values, exact, trees")


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


def explainer(
    model: Model,
    background: Rows,
    *,
    seed: int = 0,
    kind: Kind = "interventional",
    groups: Sequence[Sequence[str]] = (),
    output: Output | None = None,
) -> Explainer:
    """Return an explainer of `model` against `background`, at least one row.

    Linear models, trees, LightGBM and EBM are explained exactly. Any other model is asked about
    hybrids of row and background, in orders drawn by `seed`; its margin is the log-odds of its
    probability. `path_dependent` is a way of trees only, whose covers are those of training, or,
    where the model keeps none, those of `background`; other models are explained as ever. The
    explainer's `method` says which it was. With `groups` of features, which are brought in
    together, the values are Owen's (1977), estimated for every kind of model.

    `output` says which of the model's answers is explained, and on what scale: then the model is
    asked, of whatever kind it is.

    Raises:
        InputError: a group names what is no feature, or a feature stands in two groups.
        NotRecorded: the model only replays recorded answers.
    """
    features = tuple(feature.name for feature in model.signature.inputs)
    if groups:
        return _estimate(model, features, background, seed, output, _places(groups, features))
    if output is None and isinstance(model, TabularModel):
        found = _exact(model, model.matrix(background.frame), kind)
        if found is not None:
            return _of_matrix(model, features, *found)
    return _estimate(model, features, background, seed, output)


def most_asked(model: Model | None, rows: int) -> int:
    """At most how many rows `model` itself is asked about when `rows` rows are explained once.

    0 for models of ours, which are here, and whose answers cost nothing.
    """
    if model is None or isinstance(model, TabularModel):
        return 0
    return rows + PermutationExplainer.most_asked(rows, len(model.signature.inputs))


def _exact(model: TabularModel, background: np.ndarray, kind: Kind) -> tuple[Exact, str] | None:
    features = [feature.name for feature in model.signature.inputs]
    owners = np.array([features.index(name) for name in model.columns], dtype=np.int64)
    about = (owners, len(features), background)
    match model.runtime:
        case Linear() as linear:
            return LinearExplainer(linear.coef, linear.intercept, *about), _LINEAR
        case Ebm() as ebm if all(len(term.columns) <= 2 for term in ebm.terms_of):
            return AdditiveExplainer(ebm.terms_of, ebm.intercept, *about), _ADDITIVE
        case LightGbm() as booster:
            return _trees(_read(booster.text), about, kind)
        case Tree() as tree:
            return _trees(_forest(tree), about, kind)
    return None


@lru_cache(maxsize=2)
def _read(text: str) -> Forest:
    """A model's trees, which several probes explain in turn, each against its own background."""
    return read_forest(text)


@lru_cache(maxsize=2)
def _paths(forest: Forest, owners: tuple[int, ...]) -> Paths:
    return Paths.of(forest, list(owners))


def _trees(
    forest: Forest, about: tuple[np.ndarray, int, np.ndarray], kind: Kind
) -> tuple[Exact, str] | None:
    owners, features, background = about
    if kind == "path_dependent" and forest.cover is None:
        forest = replace(forest, cover=forest.reached(background))
    paths = _paths(forest, tuple(owners.tolist()))
    if paths.depth > LONGEST:
        return None
    if kind == "path_dependent":
        return PathDependentExplainer(paths, features), _PATHS
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


def _places(groups: Sequence[Sequence[str]], features: tuple[str, ...]) -> list[list[int]]:
    """The places of each group's features; those in none stand alone."""
    named = [name for group in groups for name in group]
    wrong = [name for name in named if name not in features or named.count(name) > 1]
    if wrong:
        raise InputError(
            f"groups of features: {str(wrong[0])[:40]!r} is no feature, or in two groups",
            hint=f"features are {', '.join(features)}",
        )
    alone = [[name] for name in features if name not in named]
    return [[features.index(name) for name in group] for group in [*groups, *alone] if group]


def _estimate(
    model: Model,
    features: tuple[str, ...],
    background: Rows,
    seed: int,
    output: Output | None,
    groups: Sequence[Sequence[int]] = (),
) -> Explainer:
    chosen = positive(model.signature) if output is None else output

    def margin(rows: Rows) -> np.ndarray:
        return chosen.of(model.answer(Predict(), rows))

    estimate = PermutationExplainer(
        lambda frame: margin(Rows.of(frame)), background.frame, features, seed, groups
    )
    method = (_OWEN if groups else _WALKS).format(walks=estimate.walks)
    return Explainer(
        estimate.base, features, method, False, margin, lambda rows: estimate.values(rows.frame)
    )
