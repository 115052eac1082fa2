from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import log_loss

from proofstone.core.project.schema import Search
from proofstone.train.families.family import Range
from proofstone.train.search import Outcome, search

TARGET = np.array([True, False, True, True])
SPACE = {"slope": Range(-2.0, 2.0, points=5)}


def margin(settings: Mapping[str, Any]) -> np.ndarray:
    return settings["slope"] * np.where(TARGET, 1.0, -1.0) + settings.get("shift", 0)


def run(**budget: Any) -> Outcome:
    return search(margin, TARGET, {"slope": 0.5}, Search(**budget), SPACE, 4)


def test_without_a_method_the_candidates_settings_are_all_that_is_tried() -> None:
    outcome = run(method="none")
    assert outcome.settings == {"slope": 0.5}
    assert len(outcome.trials) == 1
    expected = log_loss(TARGET, 1 / (1 + np.exp(-margin({"slope": 0.5}))))
    assert outcome.trials[0].value == pytest.approx(expected, rel=1e-12)


def test_a_grid_finds_the_best_and_stops_when_all_is_tried() -> None:
    outcome = run(method="grid")
    assert outcome.settings == {"slope": 2.0}
    assert (len(outcome.trials), outcome.stopped_by) == (5, "space")
    assert np.array_equal(outcome.margin, margin({"slope": 2.0}))


@pytest.mark.parametrize("method", ["grid", "random", "bayesian"])
def test_the_budget_of_trials_is_kept_and_the_seed_decides(method: str) -> None:
    outcome = run(method=method, trials=4)
    assert (len(outcome.trials), outcome.stopped_by) == (4, "trials")
    assert outcome.trials == run(method=method, trials=4).trials
    assert min(trial.value for trial in outcome.trials) == log_loss_of(outcome)


def log_loss_of(outcome: Outcome) -> float:
    return next(t.value for t in outcome.trials if t.settings == outcome.settings)


def test_seconds_end_a_search_and_that_is_said() -> None:
    outcome = run(method="random", trials=1000, seconds=1e-9)
    assert (len(outcome.trials), outcome.stopped_by) == (1, "seconds")


def test_the_files_own_space_comes_before_the_familys() -> None:
    outcome = run(method="grid", space={"shift": [0, 1]})
    assert [trial.settings["slope"] for trial in outcome.trials] == [0.5, 0.5]
    assert outcome.settings["shift"] == 1


def test_equal_settings_are_fitted_once() -> None:
    calls = []

    def counted(settings: Mapping[str, Any]) -> np.ndarray:
        calls.append(settings)
        return margin(settings)

    search(counted, TARGET, {}, Search(method="random", trials=30, space={"slope": [0, 1]}), {}, 0)
    assert len(calls) == 2
