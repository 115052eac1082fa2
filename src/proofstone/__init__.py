"""Proofstone (试金石): proves a model before it ships, and keeps proving it while it runs.

    import proofstone

    proofstone.assess(estimator, X, y, protected=["sex"])     # a report, in a notebook too
    proofstone.Workspace("demo/credit").run()                 # a whole project

Names load when they are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from proofstone.api import Workspace
    from proofstone.core.errors import ProofstoneError
    from proofstone.core.finding import Finding, Verdict
    from proofstone.pipeline.assessment import Assessment
    from proofstone.pipeline.notebook import assess

__all__ = ["Assessment", "Finding", "ProofstoneError", "Verdict", "Workspace", "assess"]

_HOMES = {
    "Assessment": "proofstone.pipeline.assessment",
    "Finding": "proofstone.core.finding",
    "ProofstoneError": "proofstone.core.errors",
    "Verdict": "proofstone.core.finding",
    "Workspace": "proofstone.api",
    "assess": "proofstone.pipeline.notebook",
}


class _Root(ModuleType):
    """Keeps `proofstone.assess` the function: importing the package of that name would set it."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Root


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'proofstone' has no attribute {name!r}")
    found = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
