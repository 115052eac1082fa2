from __future__ import annotations

from typing import Literal

import pytest
import torch
from transformers import get_scheduler

from proofstone.core.project.tune import Tune
from proofstone.train.tune.schedule import learning_rate

STEPS, RISING, RATE = 40, 8, 3e-3
THEIRS = {
    "constant": "constant_with_warmup",
    "linear": "linear",
    "cosine": "cosine",
}


def settings(schedule: Literal["constant", "linear", "cosine"], warm_up: float) -> Tune:
    return Tune(learning_rate=RATE, warm_up=warm_up, schedule=schedule)


@pytest.mark.parametrize("schedule", ["constant", "linear", "cosine"])
def test_after_the_warm_up_it_falls_as_transformers_lets_it(
    schedule: Literal["constant", "linear", "cosine"],
) -> None:
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=RATE)
    theirs = get_scheduler(THEIRS[schedule], optimiser, RISING, STEPS)
    ours = [learning_rate(step, STEPS, settings(schedule, RISING / STEPS)) for step in range(STEPS)]
    for step, rate in enumerate(ours):
        if step >= RISING:
            assert rate == pytest.approx(theirs.get_last_lr()[0], rel=1e-12)
        optimiser.step()
        theirs.step()


def test_it_rises_in_equal_parts_and_never_is_zero() -> None:
    found = [learning_rate(step, STEPS, settings("cosine", 0.2)) for step in range(STEPS)]
    assert found[:8] == pytest.approx([RATE * part / 8 for part in range(1, 9)])
    assert min(found) > 0
    assert found.index(max(found)) in {7, 8}


def test_without_a_warm_up_it_begins_at_its_greatest() -> None:
    assert learning_rate(0, 1, settings("cosine", 0.0)) == RATE
