from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from proofstone.core.project.tune import Tune


def settings(**more: Any) -> Tune:
    return Tune(**more)


@pytest.mark.parametrize(
    ("more", "steps"),
    [
        ({}, 6),
        ({"epochs": 2}, 12),
        ({"epochs": 0.01}, 1),
        ({"epochs": 2, "accumulation": 3}, 4),
        ({"steps": 7}, 7),
    ],
)
def test_a_run_is_as_long_as_its_passes_or_steps(more: dict[str, Any], steps: int) -> None:
    assert settings(batch_size=4, **more).total_steps(24) == steps


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"epochs": 1, "steps": 2}, "epochs or steps, not both"),
        ({"rank": 8}, "rank"),
        ({"lora": {"targets": []}}, "lora.targets"),
        ({"lora": {"targets": ["lm_head"]}}, "lora.targets"),
        ({"lora": {"dropout": 1}}, "lora.dropout"),
        ({"learning_rate": 0}, "learning_rate"),
        ({"schedule": "step"}, "schedule"),
        ({"canaries": -1}, "canaries"),
        ({"canary_repeats": 0}, "canary_repeats"),
    ],
)
def test_what_cannot_be_meant_is_refused(more: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        settings(**more)
