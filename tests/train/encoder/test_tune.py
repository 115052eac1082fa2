from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from proofstone.core.errors import InputError
from proofstone.models.calibration import logistic
from proofstone.models.runtimes.encoder import load
from proofstone.train.encoder.base import open_base
from proofstone.train.encoder.network import network
from proofstone.train.encoder.tune import Pace, Texts, seeded, tune
from proofstone.train.families.encoder import family
from proofstone.train.families.family import Family, Range

from .small import FAST, texts, tokenizer

SAME = {"int8": "never"}
PACE = Pace(epochs=8, patience=2, batch=16, learning_rate=5e-3, warm_up=0.1, drop_words=0.0,
            swap_words=0.0)  # fmt: skip


def fitted(base: dict[str, str], **settings: Any) -> bytes:
    return family.fit(*texts(), {**FAST, **SAME, **base, **settings}, 3, ())


def test_tells_unseen_texts_apart(base: dict[str, str]) -> None:
    assert isinstance(family, Family)
    matrix, target, _ = texts(60, seed=9)
    model = load(fitted(base))
    assert ((model.margin(matrix) > 0) == target).all()
    assert model.about["method"] == "full"
    assert 1 <= model.about["best_epoch"] <= len(model.about["validation_log_loss"]) <= 6
    assert model.about["deterministic"] is True


def test_adapters_learn_too(base: dict[str, str]) -> None:
    matrix, target, _ = texts(60, seed=9)
    model = load(fitted(base, method="lora", rank=4, learning_rate=3e-2))
    assert ((model.margin(matrix) > 0) == target).mean() > 0.9


def test_equal_fits_give_equal_bytes_whatever_was_drawn_before(base: dict[str, str]) -> None:
    short = {"epochs": 2, "drop_words": 0.1, "swap_words": 0.1}
    torch.manual_seed(1)
    first, state = fitted(base, **short), torch.random.get_rng_state()
    torch.manual_seed(1)
    assert torch.equal(torch.random.get_rng_state(), state)
    torch.manual_seed(2)
    assert fitted(base, **short) == first != fitted(base, epochs=2)


def test_weights_have_an_effect(base: dict[str, str]) -> None:
    matrix, target, _ = texts()
    settings = {**FAST, **SAME, **base, "epochs": 1, "learning_rate": 1e-3}
    heavy = np.where(target == 1, 1.9, 0.1)
    even, uneven = (
        logistic(load(family.fit(matrix, target, one, settings, 3, ())).margin(matrix)).mean()
        for one in (np.ones(len(target)), heavy)
    )
    assert uneven > even + 0.02


def test_training_ends_after_the_best_epoch_and_goes_back_to_it(base: dict[str, str]) -> None:
    opened = open_base(base["base"], base["base_sha256"])
    matrix, target, weight = texts(80)
    judged = Texts(matrix[:40, 0], 1 - target[:40], weight[:40])  # labels turned: it gets worse
    with seeded(0, 1):
        made = network(opened.model(), opened.shape.hidden, "full", 1)
        fit = Texts(matrix[:, 0], target, weight)
        course = tune(made, tokenizer(), fit, judged, PACE, seed=0)
        assert course.best == 0
        assert len(course.losses) == 3
        once = network(opened.model(), opened.shape.hidden, "full", 1)
    assert not torch.equal(once.head.weight, made.head.weight)
    assert not made.training


def test_threads_and_seed_are_left_as_they_were() -> None:
    state, threads = torch.random.get_rng_state(), torch.get_num_threads()
    with seeded(5, 1):
        torch.rand(3)
        assert torch.get_num_threads() == 1
    assert torch.equal(torch.random.get_rng_state(), state)
    assert torch.get_num_threads() == threads


def test_a_fit_that_diverges_is_no_model(base: dict[str, str]) -> None:
    with pytest.raises(InputError, match="training diverged in epoch 1"):
        family.fit(*texts()[:2], np.full(160, np.nan), {**FAST, **SAME, **base}, 0, ())


def test_settings_are_checked(base: dict[str, str]) -> None:
    with pytest.raises(InputError, match="settings of the family encoder: depth_of_wisdom"):
        family.fit(*texts(), {**base, "depth_of_wisdom": 3}, 0, ())
    with pytest.raises(InputError, match="learning_rate: "):
        family.fit(*texts(), {**base, "learning_rate": 0}, 0, ())
    (axis,) = family.space.values()
    assert isinstance(axis, Range)
    for value in axis.grid():
        fitted(base, epochs=1, learning_rate=value)
