"""What can be done without a project: assess predictions that are in a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any


def assess_file(
    path: Path, *, label: str, score: str, protected: Sequence[str], **options: Any
) -> dict[str, Any]:
    """Assess a predictions file without a project; see `pipeline.assessment.assess_file`."""
    from proofstone.pipeline.assessment import assess_file as assess

    return assess(path, label=label, score=score, protected=protected, **options)


def challenge_file(path: Path, **options: Any) -> dict[str, Any]:
    """Put two score columns of a file against each other; see `pipeline.challenge`."""
    from proofstone.pipeline.challenge import challenge_file as challenge

    return challenge(path, **options)
