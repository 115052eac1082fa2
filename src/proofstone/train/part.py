"""Fits one model from start to end on its training rows, and scores the rows kept from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from proofstone.core.errors import DataError
from proofstone.core.extras import need
from proofstone.core.project.schema import Candidate, Prepare, Task, Threshold
from proofstone.models.calibration import Calibration
from proofstone.models.contract import Feature, Signature
from proofstone.models.decision import Decision
from proofstone.models.open import model_files, open_model
from proofstone.models.prepare.fit import fit_prepare
from proofstone.models.prepare.preparation import Preparation
from proofstone.models.runtimes.encoder import Encoder
from proofstone.train.calibrate import fit_calibration
from proofstone.train.families.family import Family, Settings
from proofstone.train.folds import deal
from proofstone.train.inner import Inner, InnerFold
from proofstone.train.learner import Learner
from proofstone.train.mitigate.constraint import Constraint
from proofstone.train.mitigate.reweighing import reweigh
from proofstone.train.mitigate.thresholds import check_allowed, group_thresholds
from proofstone.train.search import search
from proofstone.train.threshold import choose_threshold


@dataclass(frozen=True)
class Recipe:
    """How a candidate's models are made, whatever rows they are made on."""

    family: Family
    candidate: Candidate
    task: Task
    features: tuple[Feature, ...]
    classes: tuple[str, str]
    prepare: Prepare
    calibration: Any
    threshold: Threshold


@dataclass(frozen=True, eq=False)
class Part:
    """One model to fit: training rows with labels and groups, and the rows it is judged on.

    `target` is bool (n,); `group` (the mitigated attribute, text) and `together` (rows of equal
    value stay in one inner fold) have shape (n,) or are absent.
    """

    name: str
    recipe: Recipe
    seed: int
    frame: pl.DataFrame
    target: np.ndarray
    group: np.ndarray | None
    together: np.ndarray | None
    judged: pl.DataFrame


@dataclass(frozen=True, eq=False)
class FittedPart:
    """A model's files, and score, threshold and decision of each judged row, shape (m,)."""

    files: dict[str, bytes]
    trials: dict[str, Any]
    score: np.ndarray
    threshold: np.ndarray
    decision: np.ndarray


def fit_part(part: Part) -> FittedPart:
    """Fit prepare, search, mitigate, calibrate, choose the threshold; then score judged rows.

    Nothing but `part.frame` and its labels has any influence on the model.

    Raises:
        DataError: a class has too few rows, or a value does not fit.
        InputError: settings are unknown or out of range.
    """
    return _Fitting(part).run()


class _Fitting:
    """The steps of one part, which share its inner folds."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.recipe = part.recipe
        self.candidate = part.recipe.candidate
        self.target = part.target
        self.takes = part.recipe.family.takes
        if self.candidate.mitigation == "thresholds":
            check_allowed(part.recipe.task)
        self.inner = self._inner()

    def run(self) -> FittedPart:
        """Fit and score."""
        outcome = search(
            self._out_of_fold,
            self.target,
            self.candidate.settings,
            self.candidate.search,
            self.recipe.family.space,
            self.part.seed,
        )
        prepared = fit_prepare(
            self.part.frame, self.recipe.features, self.recipe.prepare, takes=self.takes
        )
        matrix = prepared.apply(self.part.frame)
        learner = self._learner(outcome.settings, prepared.categorical)
        trials = outcome.to_json()
        if self.candidate.mitigation == "grid_search":
            weights, margin, trials["mitigation"] = self._constrained(learner, matrix)
        else:
            rows = np.arange(len(self.target))
            weights = learner.weights(matrix, self.target, self._weight(rows))
            margin = outcome.margin
        calibration, threshold = self._judge(margin)
        decision = self._decision(calibration.apply(margin), threshold)
        return self._score(self._files(prepared, weights, calibration, decision), trials)

    def _inner(self) -> Inner:
        """Deal the training rows into folds, each with its share of every label and group."""
        folds = self.candidate.search.folds
        for label, name in zip((False, True), self.recipe.classes, strict=True):
            found = int((self.target == label).sum())
            if found < folds:
                raise DataError(
                    f"column {self.recipe.task.label}: {found} rows are {name!r} among those that "
                    f"{self._where()} is fitted on, fewer than the {folds} inner folds",
                    hint="give more rows of it, or fewer folds",
                )
        strata = self.target.astype(np.int64)
        if self.part.group is not None:
            _, codes = np.unique(self.part.group.astype(str), return_inverse=True)
            strata = strata + 2 * codes
        rng = np.random.default_rng(self.part.seed)
        fold = deal(strata, folds, rng, self.part.together)
        held_labels = [np.unique(self.target[fold == one]).size for one in range(folds)]
        if min(held_labels) < 2:
            raise DataError(
                f"an inner fold of {self._where()} has one class of {self.recipe.task.label} only",
                hint="the groups that stay together are too few or too uneven; use fewer folds",
            )
        return Inner.of(
            self.part.frame, fold, self.recipe.features, self.recipe.prepare, takes=self.takes
        )

    def _where(self) -> str:
        name = self.part.name
        return "the final model" if name == "final" else f"the model of fold {name}"

    def _learner(self, settings: Settings, categorical: tuple[int, ...]) -> Learner:
        return Learner(self.recipe.family, settings, self.part.seed, categorical)

    def _weight(self, rows: np.ndarray) -> np.ndarray:
        if self.candidate.mitigation == "reweighing":
            assert self.part.group is not None
            return reweigh(self.target[rows], self.part.group[rows])
        return np.ones(len(rows))

    def _out_of_fold(self, settings: Settings) -> np.ndarray:
        def score(fold: InnerFold) -> np.ndarray:
            learner = self._learner(settings, fold.categorical)
            rows = fold.fit_rows
            runtime = learner.fit(fold.fit_matrix, self.target[rows], self._weight(rows))
            return runtime.margin(fold.held_matrix)

        return self.inner.out_of_fold(score)

    def _constrained(
        self, learner: Learner, matrix: np.ndarray
    ) -> tuple[bytes, np.ndarray, dict[str, Any]]:
        need("fairlearn", extra="tabular")
        from proofstone.train.mitigate.grid_search import Constrained

        assert self.part.group is not None
        constraint = Constraint(self.candidate.constraint)
        constrained = Constrained(
            constraint, self.target, self.part.group, self.candidate.tolerance
        )
        chosen = constrained.choose(learner, self.inner, self._judge)
        return constrained.refit(learner, matrix, chosen), chosen.margin, chosen.to_json()

    def _judge(self, margin: np.ndarray) -> tuple[Calibration, float]:
        """The calibration and threshold that follow from out-of-fold margins."""
        calibration = fit_calibration(self.recipe.calibration, margin, self.target)
        score = calibration.apply(margin)
        return calibration, choose_threshold(self.recipe.threshold, score, self.target)

    def _decision(self, score: np.ndarray, threshold: float) -> Decision:
        rule, positive = self.recipe.threshold.rule, self.recipe.classes[1]
        if self.candidate.mitigation != "thresholds":
            return Decision(rule, positive, threshold)
        assert self.part.group is not None
        constraint = Constraint(self.candidate.constraint)
        groups = group_thresholds(score, self.target, self.part.group, constraint, threshold)
        return Decision(rule, positive, threshold, attribute_of(self.recipe), groups)

    def _files(
        self, prepared: Preparation, weights: bytes, calibration: Calibration, decision: Decision
    ) -> dict[str, bytes]:
        levels = prepared.levels
        inputs = tuple(
            Feature(one.name, one.kind, tuple(v for v in levels.get(one.name, ()) if v is not None))
            for one in self.recipe.features
        )
        classes = self.recipe.classes
        return model_files(
            runtime=self.recipe.family.runtime,
            weights=weights,
            signature=Signature(inputs, "probabilities", classes, classes[1]),
            prepared=prepared,
            calibration=calibration,
            decision=decision,
        )

    def _score(self, files: dict[str, bytes], trials: dict[str, Any]) -> FittedPart:
        """Score the judged rows by the model as it will be opened from its files."""
        model = open_model(files)
        score = model.scores(self.part.judged)
        threshold = model.thresholds(self.part.judged)
        trials |= {"part": self.part.name, "threshold": model.decision.threshold}
        if isinstance(model.runtime, Encoder):
            trials["fit"] = dict(model.runtime.about)
        return FittedPart(files, trials, score, threshold, score >= threshold)


def attribute_of(recipe: Recipe) -> str | None:
    """Return the protected column that the candidate's mitigation is about, if it has any."""
    if recipe.candidate.mitigation == "none":
        return None
    return recipe.candidate.attribute or next(iter(recipe.task.protected), None)
