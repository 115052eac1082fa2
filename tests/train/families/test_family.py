from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest

from proofstone.core.errors import InputError
from proofstone.models.calibration import logistic
from proofstone.models.open import WEIGHTS, load_runtime
from proofstone.train.families.family import Family, Range

NAMES = ("logistic", "tree", "lightgbm", "ebm")
FAST = {"ebm": {"max_rounds": 40, "outer_bags": 2}}
Sample = tuple[np.ndarray, np.ndarray, np.ndarray]


def family(name: str) -> Family:
    found = import_module(f"proofstone.train.families.{name}").family
    assert isinstance(found, Family)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_equal_fits_give_equal_bytes_that_the_runtime_reads(name: str, sample: Sample) -> None:
    matrix, target, weight = sample
    one = family(name)
    first, second = (one.fit(matrix, target, weight, FAST.get(name, {}), 3, ()) for _ in range(2))
    runtime = load_runtime(one.runtime, first)
    assert first == second
    assert (one.name, one.runtime in WEIGHTS, runtime.width) == (name, True, 6)
    margin = runtime.margin(matrix)
    assert margin[target == 1].mean() > margin[target == 0].mean() + 0.5


@pytest.mark.parametrize("name", NAMES)
def test_weights_have_an_effect(name: str, sample: Sample) -> None:
    matrix, target, _ = sample
    one = family(name)
    heavy = np.where(target == 1, 5.0, 0.5)
    even, uneven = (
        logistic(
            load_runtime(
                one.runtime, one.fit(matrix, target, chosen, FAST.get(name, {}), 3, ())
            ).margin(matrix)
        )
        for chosen in (np.ones(len(target)), heavy)
    )
    assert uneven.mean() > 0.02 + even.mean()


@pytest.mark.parametrize("name", NAMES)
def test_unknown_settings_are_named(name: str, sample: Sample) -> None:
    with pytest.raises(InputError, match=f"settings of the family {name}: depth_of_wisdom"):
        family(name).fit(*sample, {"depth_of_wisdom": 3}, 0, ())


@pytest.mark.parametrize("name", NAMES)
def test_every_value_of_the_default_space_is_allowed(name: str, sample: Sample) -> None:
    matrix, target, weight = sample
    one = family(name)
    for key, axis in one.space.items():
        values = axis.grid() if isinstance(axis, Range) else list(axis)
        for value in (values[0], values[-1]):
            one.fit(matrix[::5], target[::5], weight[::5], FAST.get(name, {}) | {key: value}, 0, ())


def test_a_range_is_spread_evenly_and_keeps_its_ends() -> None:
    assert Range(0, 9).grid() == [0, 3, 6, 9]
    assert Range(1, 1000, log=True).grid() == [1, 10, 100, 1000]
    assert Range(2, 8, integer=True, points=3).grid() == [2, 5, 8]
    assert isinstance(Range(2, 8, integer=True).at(0.3), int)
