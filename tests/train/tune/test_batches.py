from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.train.tune.batches import micro_batches, pad, rows_seen, step_rows
from proofstone.train.tune.encode import Encoded


def row(*learned: int) -> Encoded:
    return Encoded(np.arange(1, len(learned) + 1), np.array(learned, dtype=bool))


@given(st.integers(1, 9), st.integers(1, 40), st.integers(0, 2**40))
def test_every_pass_takes_every_row_once(count: int, rows: int, seed: int) -> None:
    steps = -(-3 * rows // count)
    taken = [one for step in range(steps) for one in step_rows(step, count, rows, seed)]
    assert len(taken) == steps * count
    for epoch in range(3):
        assert sorted(taken[epoch * rows : (epoch + 1) * rows]) == list(range(rows))


@given(st.integers(0, 9), st.integers(1, 9), st.integers(1, 40), st.integers(0, 2**40))
def test_rows_seen_are_those_of_the_steps(steps: int, count: int, rows: int, seed: int) -> None:
    taken = {one for step in range(steps) for one in step_rows(step, count, rows, seed)}
    assert rows_seen(steps, count, rows, seed) == sorted(taken)


def test_rows_seen_within_the_first_pass_take_one_permutation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[object] = []
    real = np.random.default_rng

    def counted(seed: object) -> np.random.Generator:
        made.append(seed)
        return real(seed)  # type: ignore[arg-type]

    monkeypatch.setattr(np.random, "default_rng", counted)
    assert len(rows_seen(30, 4, 1_000, 7)) == 120
    assert made == [[7, 0]]


def test_passes_and_seeds_differ() -> None:
    orders = [tuple(step_rows(step, 20, 20, seed)) for step in (0, 1) for seed in (0, 1)]
    assert len(set(orders)) == 4


def test_rows_are_padded_on_the_right() -> None:
    batch = pad([row(0, 1), row(0, 0, 1, 1)], 9)
    assert batch.ids.tolist() == [[1, 2, 9, 9], [1, 2, 3, 4]]
    assert batch.present.tolist() == [[True, True, False, False], [True] * 4]
    assert batch.learned.tolist() == [[False, True, False, False], [False, False, True, True]]
    assert batch.targets == 3


def test_the_first_token_is_never_a_target() -> None:
    assert pad([row(1, 1)], 0).targets == 1


def test_rows_of_like_length_are_together() -> None:
    rows = [row(*[0] * length, 1) for length in (5, 1, 4, 2, 3)]
    assert [one.ids.shape for one in micro_batches(rows, 2, 0)] == [(2, 3), (2, 5), (1, 6)]
