"""Explainable boosting machines (Lou et al. 2013, GA2M), by InterpretML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from interpret.glassbox import ExplainableBoostingClassifier
from pydantic import BaseModel, ConfigDict, Field

from proofstone.models.prepare.preparation import Takes
from proofstone.models.runtimes.ebm import Ebm, Term
from proofstone.train.families.family import Range, Settings, Space, parse


class EbmSettings(BaseModel):
    """Settings of an explainable boosting machine.

    `interactions` is the number of pairs of columns; `outer_bags` the number of machines,
    fitted on different rows, that are averaged.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    interactions: int = Field(3, ge=0, le=100)
    outer_bags: int = Field(4, ge=1, le=100)
    learning_rate: float = Field(0.02, gt=0, le=1)
    max_rounds: int = Field(5_000, ge=1)
    max_bins: int = Field(256, ge=4)
    max_interaction_bins: int = Field(32, ge=4)
    max_leaves: int = Field(2, ge=2)
    min_samples_leaf: int = Field(4, ge=1)
    smoothing_rounds: int = Field(75, ge=0)
    interaction_smoothing_rounds: int = Field(75, ge=0)


@dataclass(frozen=True)
class ExplainableBoosting:
    """Fits a sum of step functions of one column and of pairs; codes count as numbers."""

    name: str = "ebm"
    runtime: str = "ebm"
    takes: Takes = "codes"
    space: Space = field(
        default_factory=lambda: {
            "interactions": [0, 3, 6],
            "learning_rate": Range(0.01, 0.05, log=True, points=2),
            "min_samples_leaf": Range(4, 32, log=True, integer=True, points=2),
        }
    )

    def fit(
        self,
        matrix: np.ndarray,
        target: np.ndarray,
        weight: np.ndarray,
        settings: Settings,
        seed: int,
        categorical_columns: Sequence[int],
    ) -> bytes:
        """Return fitted weights.

        Raises:
            InputError: a setting is unknown or out of range.
        """
        chosen = parse(EbmSettings, settings, self.name)
        machine = ExplainableBoostingClassifier(
            **chosen.model_dump(),
            feature_types=["continuous"] * matrix.shape[1],
            n_jobs=1,
            random_state=seed % 2**31,
        )
        machine.fit(matrix, target, sample_weight=weight)
        return extract(machine, matrix.shape[1]).to_weights()


def extract(machine: Any, width: int) -> Ebm:
    """Return the terms of a fitted `ExplainableBoostingClassifier` of continuous columns.

    Its first and last bins are for missing and unknown values, which a prepared matrix has none
    of. A column has cuts of its own for pairs when it has a second set.
    """
    terms = []
    for columns, scores in zip(machine.term_features_, machine.term_scores_, strict=True):
        level = len(columns) - 1
        cuts = tuple(
            np.asarray(machine.bins_[column][min(level, len(machine.bins_[column]) - 1)])
            for column in columns
        )
        inside = (slice(1, -1),) * len(columns)
        places = tuple(int(column) for column in columns)
        terms.append(Term(places, cuts, np.asarray(scores, dtype=np.float64)[inside]))
    return Ebm(tuple(terms), float(machine.intercept_[0]), width)


family = ExplainableBoosting()
