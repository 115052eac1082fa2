from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from tests.train.tune.tiny import sums

from proofstone.train.tune.batches import pad
from proofstone.train.tune.encode import Encoded, encode
from proofstone.train.tune.load import Base
from proofstone.train.tune.loss import answer_loss, mean_loss


@pytest.fixture(scope="module")
def rows(tiny: Base) -> list[Encoded]:
    """Conversations of different lengths."""
    found = encode(sums(6), tiny.template, tiny.tokenizer, 1000).fitting
    return [*found[:5], Encoded(found[5].ids[:-2], found[5].learned[:-2])]


def theirs(tiny: Base, one: Encoded) -> float:
    """Transformers' own loss, which is a mean over the labels that are not -100."""
    labels = torch.from_numpy(np.where(one.learned, one.ids, -100))[None]
    with torch.no_grad():
        mean = tiny.model(input_ids=torch.from_numpy(one.ids)[None], labels=labels).loss
    return float(mean) * int(one.learned.sum())


def test_it_is_transformers_loss_on_the_learned_tokens(tiny: Base, rows: list[Encoded]) -> None:
    for one in rows:
        with torch.no_grad():
            ours = float(answer_loss(tiny.model, pad([one], 0), "float32"))
        assert ours == pytest.approx(theirs(tiny, one), rel=1e-5)


def test_padding_and_company_change_nothing(tiny: Base, rows: list[Encoded]) -> None:
    alone = sum(theirs(tiny, one) for one in rows)
    for filler in (0, 2):
        with torch.no_grad():
            together = float(answer_loss(tiny.model, pad(rows, filler), "float32"))
        assert together == pytest.approx(alone, rel=1e-5)


@pytest.mark.parametrize("size", [1, 4])
def test_the_mean_is_over_tokens_whatever_the_batches(
    tiny: Base, rows: list[Encoded], size: int
) -> None:
    targets = sum(int(one.learned.sum()) for one in rows)
    expected = sum(theirs(tiny, one) for one in rows) / targets
    assert mean_loss(tiny.model, rows, size, 0, "float32") == pytest.approx(expected, rel=1e-5)


def test_in_bfloat16_it_is_about_the_same(tiny: Base, rows: list[Encoded]) -> None:
    exact = mean_loss(tiny.model, rows, 4, 0, "float32")
    coarse = mean_loss(tiny.model, rows, 4, 0, "bfloat16")
    assert coarse != exact
    assert math.isclose(coarse, exact, rel_tol=0.02)
