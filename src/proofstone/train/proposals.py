"""Which settings to try next: all of a grid, at random, or by what was learnt so far."""

from __future__ import annotations

from collections.abc import Generator
from itertools import product
from typing import Any

import numpy as np

from proofstone.core.extras import need
from proofstone.train.families.family import Range, Space

Proposals = Generator[dict[str, Any], float, None]
"""Yields settings and is sent the loss that they had."""


def grid(space: Space, rng: np.random.Generator) -> Proposals:
    """Propose every combination once, in random order: a budget then cuts off no corner."""
    names = sorted(space)
    axes = [_values(space[name]) for name in names]
    combinations = list(product(*axes))
    for place in rng.permutation(len(combinations)):
        yield dict(zip(names, combinations[place], strict=True))


def random(space: Space, rng: np.random.Generator) -> Proposals:
    """Propose independent draws for ever (Bergstra and Bengio 2012)."""
    while True:
        yield {name: _draw(space[name], rng) for name in sorted(space)}


def bayesian(space: Space, seed: int) -> Proposals:
    """Propose what tree-structured Parzen estimators expect most of (Bergstra et al. 2011).

    Optuna does it, in memory; the first ten are random.

    Raises:
        MissingExtra: optuna is not installed.
    """
    optuna = need("optuna", extra="tabular")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed % 2**32))
    while True:
        trial = study.ask()
        value = yield {name: _suggest(trial, name, space[name]) for name in sorted(space)}
        study.tell(trial, value)


def _values(axis: Any) -> list[Any]:
    return axis.grid() if isinstance(axis, Range) else list(axis)


def _draw(axis: Any, rng: np.random.Generator) -> Any:
    if isinstance(axis, Range):
        return axis.at(float(rng.random()))
    return axis[int(rng.integers(len(axis)))]


def _suggest(trial: Any, name: str, axis: Any) -> Any:
    if isinstance(axis, Range):
        return axis.at(trial.suggest_float(name, 0.0, 1.0))
    return axis[trial.suggest_categorical(name, list(range(len(axis))))]
