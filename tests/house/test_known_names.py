"""Names that the project file accepts by default are those of the built-ins."""

from __future__ import annotations

import importlib
import pkgutil

from proofstone.assess import probes
from proofstone.checks.probe import Probe
from proofstone.core.project.known import (
    LANGUAGE_METRICS,
    LANGUAGE_PROBES,
    LISTED_PROBES,
    TABLE_METRICS,
)
from proofstone.models.contract import Predict
from proofstone.pipeline.plugins import plugins


def found() -> dict[str, Probe]:
    """Every probe that ships, by name."""
    modules = pkgutil.walk_packages(probes.__path__, f"{probes.__name__}.")
    loaded = [vars(importlib.import_module(module.name)).values() for module in modules]
    return {one.name: one for values in loaded for one in values if isinstance(one, Probe)}


def test_metrics_that_a_gate_may_name_are_those_that_the_probes_measure() -> None:
    about_tables = {
        metric for one in found().values() if one.needs is Predict for metric in one.metrics
    }
    assert about_tables == TABLE_METRICS
    others = {
        metric for one in found().values() if one.needs is not Predict for metric in one.metrics
    }
    assert others == LANGUAGE_METRICS


def test_probes_of_assistants_are_listed() -> None:
    others = {name for name, one in found().items() if one.needs is not Predict}
    assert others == LANGUAGE_PROBES | LISTED_PROBES


def test_every_probe_is_registered_under_its_name() -> None:
    assert set(plugins("probes")) >= set(found())
