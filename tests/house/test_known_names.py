"""Names that the project file accepts by default are those of the built-ins."""

from __future__ import annotations

import importlib
import pkgutil

from proofstone.assess import probes
from proofstone.checks.probe import Probe
from proofstone.core.project.known import (
    FITTING,
    LANGUAGE_METRICS,
    LANGUAGE_PROBES,
    LISTED_PROBES,
    TABLE_METRICS,
)
from proofstone.models.contract import Gradient, Predict
from proofstone.pipeline.known import cases, fitting_probes
from proofstone.pipeline.plugins import plugins


def found() -> dict[str, Probe]:
    """Every probe that ships, by name."""
    modules = pkgutil.walk_packages(probes.__path__, f"{probes.__name__}.")
    loaded = [vars(importlib.import_module(module.name)).values() for module in modules]
    return {one.name: one for values in loaded for one in values if isinstance(one, Probe)}


def test_metrics_that_a_gate_may_name_are_those_that_the_probes_measure() -> None:
    language = {
        metric
        for name, one in found().items()
        if name in LANGUAGE_PROBES | LISTED_PROBES
        for metric in one.metrics
    }
    assert language == LANGUAGE_METRICS
    others = {
        metric
        for name, one in found().items()
        if name not in LANGUAGE_PROBES | LISTED_PROBES
        for metric in one.metrics
    }
    assert others == TABLE_METRICS


def test_probes_fit_the_kinds_of_task_that_they_are_listed_for() -> None:
    every = found()
    for kind, case in cases().items():
        for name in fitting_probes(kind).keys() & every.keys():
            assert issubclass(case, every[name].about), (kind, name)
    listed = frozenset().union(*FITTING.values()) | LISTED_PROBES
    assert listed <= every.keys()


def test_every_probe_of_an_assistant_is_listed() -> None:
    others = {name for name, one in found().items() if one.needs not in (Predict, Gradient)}
    assert others == LANGUAGE_PROBES | LISTED_PROBES


def test_every_probe_is_registered_under_its_name() -> None:
    assert set(plugins("probes")) >= set(found())
