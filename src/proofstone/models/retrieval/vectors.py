"""Unit vectors, and the nearest of them to one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from proofstone.models.fields import misfit

_UNIT = 1e-3
"""How far the squared length of a unit vector may be from 1."""
_MANY = 20_000
"""Vectors from which on a first look at their main directions is faster than all of them."""
_DIRECTIONS = 96
_LOOK = 1_000
"""Vectors that the first look leaves over."""


class Vectors:
    """Unit vectors `values` (n, d) in float32, and their `mean` (d,).

    Fewer than 20,000 are searched exactly. Of more, the cosine in the 96 directions in which they
    are longest (the eigenvectors of their second moments; Jolliffe 2002) chooses 1,000, and the
    exact cosine among these: a fifth of the memory to read. `bench/retrieval.py` measures how many
    of the true nearest ten are found.
    """

    def __init__(self, values: NDArray[np.float32]) -> None:
        self.values = values
        self.mean = values.mean(axis=0) if len(values) else np.zeros(values.shape[1])
        self._directions: NDArray[np.float32] | None = None
        if len(values) >= _MANY and values.shape[1] > _DIRECTIONS:
            self._directions = _main_directions(values)
            self._first = values @ self._directions

    def check(self, place: str) -> None:
        """Refuse vectors that are not of length 1; `place` is their file in messages.

        Raises:
            InputError: one is not, or is not finite.
        """
        squares = np.einsum("nd,nd->n", self.values, self.values)
        wrong = np.flatnonzero(~(np.abs(squares - 1.0) <= _UNIT))
        if len(wrong):
            raise misfit(place, f"vector {wrong[0]} is not of length 1")

    def nearest(self, vector: NDArray[np.float32], count: int) -> NDArray[np.int64]:
        """Return the positions of the `count` vectors with the greatest cosine, in any order."""
        if self._directions is None:
            return largest(self.values @ vector, count)
        likely = largest(self._first @ (vector @ self._directions), max(_LOOK, 2 * count))
        return likely[largest(self.values[likely] @ vector, count)]

    def cosines(
        self, vector: NDArray[np.float32], positions: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Return the cosines of the vectors at `positions` with `vector`."""
        exact = self.values[positions].astype(np.float64) @ vector.astype(np.float64)
        return np.clip(exact, -1.0, 1.0)


def largest(scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Return the positions of the `count` largest `scores`, in any order; of equals the first.

    >>> largest(np.array([0.5, 0.9, 0.5, 0.1], dtype=np.float32), 2).tolist()
    [1, 0]
    """
    if len(scores) <= count:
        return np.arange(len(scores))
    least = np.partition(scores, -count)[-count]
    above = np.flatnonzero(scores > least)
    return np.concatenate([above, np.flatnonzero(scores == least)[: count - len(above)]])


def _main_directions(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The directions (d, 96) in which `values` are longest, judged by some 20,000 of them."""
    some = values[:: len(values) // _MANY]
    _, directions = np.linalg.eigh((some.T @ some).astype(np.float64))
    return np.ascontiguousarray(directions[:, -_DIRECTIONS:].astype(np.float32))
