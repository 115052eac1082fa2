from __future__ import annotations

import pytest

from proofstone.checks.levels import corrected_levels
from proofstone.checks.oracle import iter_nothing
from proofstone.checks.probe import Probe, probe
from proofstone.core.project.schema import Gate
from proofstone.models.contract import Predict


def measuring(family: str, *metrics: str) -> Probe:
    declare = probe(needs=Predict, rows=len, family=family, metrics=metrics)
    return declare(lambda case, rng: iter_nothing())


PROBES = [measuring("fairness", "a", "b"), measuring("quality", "c")]


def test_a_family_is_corrected_for_its_gates_times_the_candidates() -> None:
    gates = [
        Gate(metric="a", subject="sex", max=0.1),
        Gate(metric="b", subject="sex", max=0.1),
        Gate(metric="c", min=0.7),
        Gate(metric="b", subject="age", not_applicable="not known"),
    ]
    levels = corrected_levels(gates, PROBES, level=0.95, candidates=3)
    assert set(levels) == {("a", "sex"), ("b", "sex"), ("c", "all")}
    assert levels["a", "sex"] == levels["b", "sex"] == pytest.approx(1 - 0.05 / 6)
    assert levels["c", "all"] == pytest.approx(1 - 0.05 / 3)


def test_an_unknown_metric_is_a_family_of_its_own() -> None:
    gates = [Gate(metric="mine", max=1.0), Gate(metric="a", max=1.0)]
    levels = corrected_levels(gates, PROBES, level=0.9, candidates=0)
    assert levels == {("mine", "all"): pytest.approx(0.9), ("a", "all"): pytest.approx(0.9)}
