"""How each metric is told: its name, its meaning, and its sentence."""

from __future__ import annotations

from proofstone.report.measures import (
    answers,
    attacks,
    challenge,
    conduct,
    equity,
    guards,
    memory,
    performance,
    poison,
    privacy,
    reasons,
    retrieval,
    robustness,
    steadiness,
)
from proofstone.report.measures.measure import Measure, Part, Unit

__all__ = ["MEASURES", "Measure", "Part", "Unit"]

MEASURES: dict[str, Measure] = (
    answers.MEASURES
    | retrieval.MEASURES
    | conduct.MEASURES
    | attacks.MEASURES
    | guards.MEASURES
    | memory.MEASURES
    | equity.MEASURES
    | privacy.MEASURES
    | poison.MEASURES
    | reasons.MEASURES
    | robustness.MEASURES
    | steadiness.MEASURES
    | performance.MEASURES
    | challenge.MEASURES
)
"""By metric, in the order that the page shows them."""
