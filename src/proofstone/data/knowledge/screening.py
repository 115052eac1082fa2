"""Sets aside passages that talk to the model instead of the reader."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from proofstone.core.i18n import message
from proofstone.guards.guard import GuardSettings
from proofstone.guards.injection_guard import InjectionGuard
from proofstone.models.retrieval.passage import Passage

_SHOWN = 80


def screen(passages: Sequence[Passage]) -> tuple[list[Passage], list[dict[str, Any]]]:
    """Return the passages that may be used, and a problem for each that looks like an injection.

    Not covered: false statements; an injection that scores below the guard's threshold.
    """
    kept: list[Passage] = []
    problems: list[dict[str, Any]] = []
    guard = InjectionGuard(GuardSettings())
    for at, passage in enumerate(passages):
        if guard.trusted(passage.text):
            kept.append(passage)
        else:
            problems.append(
                {
                    "rule": "injection",
                    "column": passage.id,
                    "message": message("it reads like instructions to the model")
                    + f": {passage.text[:_SHOWN]}",
                    "count": 1,
                    "rows": [at],
                    "severity": "error",
                }
            )
    return kept, problems
