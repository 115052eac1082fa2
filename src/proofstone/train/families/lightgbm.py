"""Gradient-boosted trees by LightGBM (Ke et al. 2017), deterministic and on one thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import lightgbm
import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from proofstone.models.prepare.preparation import Takes
from proofstone.train.families.family import Range, Settings, Space, parse
from proofstone.train.folds import deal


class LightGbmSettings(BaseModel):
    """Settings of LightGBM. `early_stopping`: stop after so many rounds without gain.

    Early stopping measures log loss on `validation_fraction` of the rows, held out by chance
    within each class; the trees are not fitted again with them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rounds: int = Field(100, ge=1, le=100_000)
    learning_rate: float = Field(0.05, gt=0, le=1)
    num_leaves: int = Field(8, ge=2, le=4096)
    max_depth: int = Field(-1, ge=-1)
    min_data_in_leaf: int = Field(20, ge=1)
    feature_fraction: float = Field(1.0, gt=0, le=1)
    bagging_fraction: float = Field(1.0, gt=0, le=1)
    lambda_l1: float = Field(0.0, ge=0)
    lambda_l2: float = Field(1.0, ge=0)
    max_bin: int = Field(255, ge=2, le=65_535)
    early_stopping: int | None = Field(None, ge=1)
    validation_fraction: float = Field(0.2, gt=0, le=0.5)


_OURS = frozenset({"rounds", "early_stopping", "validation_fraction"})


@dataclass(frozen=True)
class LightGbm:
    """Fits boosted trees on log loss; categories are split as sets of codes."""

    name: str = "lightgbm"
    runtime: str = "lightgbm"
    takes: Takes = "codes"
    space: Space = field(
        default_factory=lambda: {
            "rounds": Range(40, 160, integer=True),
            "learning_rate": Range(0.02, 0.12, log=True, points=3),
            "num_leaves": Range(3, 15, log=True, integer=True, points=3),
            "min_data_in_leaf": Range(10, 80, log=True, integer=True, points=3),
            "lambda_l2": Range(0.1, 30.0, log=True, points=3),
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
        """Return the model text.

        Raises:
            InputError: a setting is unknown or out of range.
        """
        chosen = parse(LightGbmSettings, settings, self.name)
        params = _params(chosen, seed)
        held_out = np.zeros(len(target), dtype=bool)
        if chosen.early_stopping is not None:
            parts = round(1 / chosen.validation_fraction)
            held_out = deal(target, parts, np.random.default_rng(seed)) == 0

        def dataset(mask: np.ndarray) -> lightgbm.Dataset:
            return lightgbm.Dataset(
                matrix[mask],
                target[mask],
                weight=weight[mask],
                params=params,
                categorical_feature=[*categorical_columns],
            )

        stopping: dict[str, Any] = {}
        if chosen.early_stopping is not None:
            stop = lightgbm.early_stopping(chosen.early_stopping, verbose=False)
            stopping = {"valid_sets": [dataset(held_out)], "callbacks": [stop]}
        # Else `train` would write the trees as text and read them once more.
        kept = {**stopping, "keep_training_booster": True}
        booster = lightgbm.train(params, dataset(~held_out), chosen.rounds, **kept)
        text: str = booster.model_to_string(num_iteration=booster.best_iteration)
        return text.encode()


def _params(chosen: LightGbmSettings, seed: int) -> dict[str, Any]:
    return {
        "objective": "binary",
        "num_threads": 1,
        "deterministic": True,
        "force_col_wise": True,
        "verbosity": -1,
        "seed": seed % 2**31,
        "bagging_freq": 1 if chosen.bagging_fraction < 1 else 0,
        **chosen.model_dump(exclude=set(_OURS)),
    }


family = LightGbm()
