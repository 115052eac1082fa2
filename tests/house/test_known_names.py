"""Names that the project file accepts by default are those of the built-ins."""

from __future__ import annotations

import importlib
import pkgutil

from proofstone.assess import probes
from proofstone.checks.probe import Probe
from proofstone.core.project.known import METRICS


def test_metrics_that_a_gate_may_name_are_those_that_the_probes_measure() -> None:
    measured: set[str] = set()
    for module in pkgutil.iter_modules(probes.__path__, f"{probes.__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, Probe):
                measured.update(value.metrics)
    assert measured == METRICS
