"""How the learning rate rises and falls over a run."""

from __future__ import annotations

import math

from proofstone.core.project.tune import Tune


def learning_rate(step: int, steps: int, settings: Tune) -> float:
    """Return the learning rate of step `step`, counted from 0, in a run of `steps`.

    It rises in equal parts over the warm-up, then stays, falls in a line to 0, or falls along half
    a cosine (Loshchilov & Hutter 2017).

    >>> settings = Tune(learning_rate=0.1, warm_up=0.2, schedule="linear")
    >>> [round(learning_rate(step, 10, settings), 4) for step in (0, 1, 2, 6, 9)]
    [0.05, 0.1, 0.1, 0.05, 0.0125]
    """
    rising = math.ceil(settings.warm_up * steps)
    if step < rising:
        return settings.learning_rate * (step + 1) / rising
    done = (step - rising) / max(1, steps - rising)
    if settings.schedule == "linear":
        return settings.learning_rate * (1 - done)
    if settings.schedule == "cosine":
        return settings.learning_rate * (1 + math.cos(math.pi * done)) / 2
    return settings.learning_rate
