"""Findings of one case: each carries the level that its gate asked for."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np

from proofstone.checks.cases import Case, DecisionCase
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.intervals import Interval

Ends = Callable[[float], Interval[float]]
"""Takes a confidence level and returns both ends."""


def measured(
    case: Case,
    probe: str,
    metric: str,
    value: float,
    ends: Ends,
    *,
    n: int,
    method: str,
    subject: str = "all",
    absent: str = message("the rows do not determine it"),
    evidence: Literal["procedure", "bytes"] | None = None,
    details: Mapping[str, Any] | None = None,
) -> Finding:
    """Return the finding of `value` with its interval at the level that `case` asks for.

    `ends` gives the interval at a level; `absent` is the reason when the value is nan.
    """
    level = case.level_of(metric, subject)
    low, high = ends(level)
    known = math.isfinite(value)
    finding = Finding(
        probe=probe,
        metric=metric,
        subject=subject,
        value=float(value) if known else None,
        low=float(low),
        high=float(high),
        n=int(n),
        level=level,
        method=method,
        evidence=evidence or case.evidence,
        details=details or {},
    )
    return finding if known else finding.judged(reason=absent)


def scores(case: DecisionCase, answers: np.ndarray) -> np.ndarray:
    """The probability of the positive class, shape (n,)."""
    return np.asarray(answers[:, case.positive], dtype=np.float64)


def decisions(case: DecisionCase, answers: np.ndarray) -> np.ndarray:
    """Whether each row's score reaches its threshold: bool, shape (n,)."""
    return np.asarray(scores(case, answers) >= case.threshold)


def settings(case: Case, probe: str) -> Mapping[str, Any]:
    """What the project file sets for this probe."""
    return dict(case.settings.get(probe, {}))
