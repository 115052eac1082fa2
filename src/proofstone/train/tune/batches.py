"""Which conversations make which step: a function of seed and step alone, so a run can resume."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from proofstone.train.tune.encode import Encoded


@dataclass(frozen=True)
class Batch:
    """Conversations padded on the right to one length.

    `ids` is int64, `present` and `learned` bool, each (conversations, tokens).
    """

    ids: np.ndarray
    present: np.ndarray
    learned: np.ndarray

    @property
    def targets(self) -> int:
        """Number of tokens that the loss is taken on; the first of a row has nothing before it."""
        return int(self.learned[:, 1:].sum())


def pad(rows: Sequence[Encoded], filler: int) -> Batch:
    """Return the rows as one batch; `filler` is the id that stands for nothing."""
    width = max(len(one.ids) for one in rows)
    ids = np.full((len(rows), width), filler, dtype=np.int64)
    present = np.zeros((len(rows), width), dtype=bool)
    learned = np.zeros((len(rows), width), dtype=bool)
    for number, one in enumerate(rows):
        ids[number, : len(one.ids)] = one.ids
        present[number, : len(one.ids)] = True
        learned[number, : len(one.ids)] = one.learned
    return Batch(ids, present, learned)


def step_rows(step: int, count: int, rows: int, seed: int) -> list[int]:
    """Return which `count` of `rows` conversations step `step` (from 0) takes, in order.

    Each pass over the conversations has an order of its own; a step may reach into the next pass.

    >>> sorted(step_rows(0, 3, 6, 7) + step_rows(1, 3, 6, 7))
    [0, 1, 2, 3, 4, 5]
    """
    found: list[int] = []
    while len(found) < count:
        epoch, offset = divmod(step * count + len(found), rows)
        found += _order(epoch, rows, seed)[offset : offset + count - len(found)]
    return found


def rows_seen(steps: int, count: int, rows: int, seed: int) -> list[int]:
    """Return which of `rows` conversations any of the first `steps` steps took, in order.

    >>> rows_seen(2, 3, 6, 7), len(rows_seen(1, 4, 6, 7))
    ([0, 1, 2, 3, 4, 5], 4)
    """
    if steps * count >= rows:
        return list(range(rows))
    return sorted(_order(0, rows, seed)[: steps * count])


def _order(epoch: int, rows: int, seed: int) -> list[int]:
    order: list[int] = np.random.default_rng([seed, epoch]).permutation(rows).tolist()
    return order


def micro_batches(rows: Sequence[Encoded], size: int, filler: int) -> list[Batch]:
    """Cut a step's rows into batches of `size`, rows of like length together to pad little."""
    ordered = sorted(rows, key=lambda one: len(one.ids))
    return [pad(ordered[at : at + size], filler) for at in range(0, len(ordered), size)]
