"""Searches for settings within a budget, on inner folds of the training rows only."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from proofstone.core.canonical import digest_json
from proofstone.core.project.schema import Search
from proofstone.measures.classification import log_loss
from proofstone.models.calibration import logistic
from proofstone.train.families.family import Settings, Space
from proofstone.train.proposals import Proposals, bayesian, grid, random


@dataclass(frozen=True)
class Trial:
    """Settings that were tried, and the log loss (nats) of their out-of-fold scores."""

    settings: dict[str, Any]
    value: float


@dataclass(frozen=True, eq=False)
class Outcome:
    """The best settings, their out-of-fold margins (n,), all trials, and what ended the search.

    `stopped_by` is `trials`, `space` (every combination was tried) or `seconds`; only the last
    depends on the machine's speed, so that such a search may end otherwise when it is repeated.
    """

    settings: dict[str, Any]
    margin: np.ndarray
    trials: tuple[Trial, ...]
    stopped_by: str

    def to_json(self) -> dict[str, Any]:
        """Trials in the order tried, and the chosen settings."""
        return {
            "chosen": self.settings,
            "trials": [vars(trial) for trial in self.trials],
            "stopped_by": self.stopped_by,
        }


def search(
    out_of_fold: Callable[[Settings], np.ndarray],
    target: np.ndarray,
    base: Settings,
    budget: Search,
    space: Space,
    seed: int,
) -> Outcome:
    """Return the settings of least log loss among those tried; the first of equals.

    `out_of_fold` fits on inner folds and returns margins (n,); `target` is bool (n,). `base` are
    the candidate's own settings, which the space's come on top of; without a method they are all
    that is tried.

    Raises:
        InputError: settings are unknown to the family or out of range.
    """
    trials: list[Trial] = []
    values: dict[str, float] = {}
    best: tuple[float, dict[str, Any], np.ndarray] | None = None
    proposals = _proposals(budget, space, seed)
    proposed: Mapping[str, Any] | None = next(proposals)
    started = time.monotonic()
    while True:
        settings = {**base, **(proposed or {})}
        key = digest_json(settings)
        if key not in values:
            margin = out_of_fold(settings)
            values[key] = float(log_loss(target, logistic(margin)))
            if best is None or values[key] < best[0]:
                best = values[key], settings, margin
        trials.append(Trial(settings, values[key]))
        stopped_by = _stop(budget, len(trials), time.monotonic() - started)
        if not stopped_by:
            try:
                proposed = proposals.send(values[key])
            except StopIteration:
                stopped_by = "space"
        if stopped_by:
            assert best is not None
            return Outcome(best[1], best[2], tuple(trials), stopped_by)


def _proposals(budget: Search, space: Space, seed: int) -> Proposals:
    searched = budget.space or space
    rng = np.random.default_rng(seed)
    match budget.method:
        case "grid":
            return grid(searched, rng)
        case "random":
            return random(searched, rng)
        case "bayesian":
            return bayesian(searched, seed)
    return grid({}, rng)


def _stop(budget: Search, trials: int, seconds: float) -> str:
    if budget.method == "none":
        return "space"
    if trials >= budget.trials:
        return "trials"
    return "seconds" if budget.seconds is not None and seconds >= budget.seconds else ""
