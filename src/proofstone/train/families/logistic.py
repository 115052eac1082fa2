"""Logistic regression with an L1, L2 or elastic-net penalty, by scikit-learn."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from proofstone.core.errors import InputError
from proofstone.models.prepare.preparation import Takes
from proofstone.models.runtimes.linear import Linear
from proofstone.train.families.family import Range, Settings, Space, parse


class LogisticSettings(BaseModel):
    """Settings of logistic regression; `C` is the inverse of the penalty's strength."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    penalty: Literal["l2", "l1", "elastic_net", "none"] = "l2"
    C: float = Field(1.0, gt=0, allow_inf_nan=False)
    l1_ratio: float = Field(0.5, ge=0, le=1)
    max_iter: int = Field(10_000, ge=1)


_L1_SHARE = {"l2": 0.0, "none": 0.0, "l1": 1.0}


@dataclass(frozen=True)
class Logistic:
    """Fits log-odds that are linear in the prepared columns."""

    name: str = "logistic"
    runtime: str = "linear"
    takes: Takes = "one_hot"
    space: Space = field(default_factory=lambda: {"C": Range(1e-3, 1e2, log=True, points=6)})

    def fit(
        self,
        matrix: np.ndarray,
        target: np.ndarray,
        weight: np.ndarray,
        settings: Settings,
        seed: int,
        categorical_columns: Sequence[int],
    ) -> bytes:
        """Return fitted weights; `categorical_columns` are left as numbers.

        Raises:
            InputError: a setting is out of range, or `max_iter` steps were too few.
        """
        chosen = parse(LogisticSettings, settings, self.name)
        share = _L1_SHARE.get(chosen.penalty, chosen.l1_ratio)
        machine = LogisticRegression(
            C=np.inf if chosen.penalty == "none" else chosen.C,
            l1_ratio=share,
            solver="lbfgs" if share == 0 else "saga",
            max_iter=chosen.max_iter,
            random_state=seed,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("error", ConvergenceWarning)
            try:
                machine.fit(matrix, target, sample_weight=weight)
            except ConvergenceWarning as error:
                raise InputError(
                    f"logistic regression did not converge in {chosen.max_iter} steps",
                    hint="set prepare.scaling: standard, a smaller C, or a larger max_iter",
                ) from error
        return Linear(machine.coef_[0], float(machine.intercept_[0])).to_weights()


family = Logistic()
