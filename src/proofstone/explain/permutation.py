"""Estimated Shapley values of any model, with standard errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl

Margin = Callable[[pl.DataFrame], np.ndarray]

BACKGROUND = 32
_AT_ONCE = 200_000


class PermutationExplainer:
    """Estimates interventional Shapley values of the margin by walking from background to row.

    For each background row one random order of the features is walked forwards and backwards
    (antithetic pairs: Mitchell, Cooper, Frank and Holmes 2022); each step moves one feature to
    the row's value and credits it with the change. The walks telescope, so values and base add
    up to the margin exactly. At most 32 background rows are walked from, evenly spread.

    `groups` of features (places, each feature in one of them) are brought in together, one group
    after the other: then the values are Owen's (1977). Without groups they are Shapley's.
    """

    def __init__(
        self,
        margin: Margin,
        background: pl.DataFrame,
        features: tuple[str, ...],
        seed: int = 0,
        groups: Sequence[Sequence[int]] = (),
    ) -> None:
        kept = np.unique(
            np.linspace(0, background.height - 1, min(BACKGROUND, background.height)).round()
        )
        self._margin = margin
        self._background = background.select(features)[kept.astype(np.int64)]
        self._features = features
        rng = np.random.default_rng(seed)
        known = groups or [[place] for place in range(len(features))]
        orders = np.stack([_order(known, rng) for _ in kept])
        self._orders = np.concatenate([orders, orders[:, ::-1]])
        self.base = float(margin(self._background).mean())

    @staticmethod
    def most_asked(rows: int, features: int) -> int:
        """At most how many rows a margin is asked about, for the values of `rows` rows."""
        return BACKGROUND + rows * 2 * BACKGROUND * (features + 1)

    @property
    def walks(self) -> int:
        """The number of walks a row, forwards and backwards."""
        return len(self._orders)

    def values(self, frame: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Estimates and their standard errors, both of shape (n, features)."""
        walks, features = self._orders.shape
        step = max(1, _AT_ONCE // (walks * (features + 1)))
        frame = frame.select(self._features)
        parts = [self._some(frame[i : i + step]) for i in range(0, frame.height, step)]
        estimates = [estimate for estimate, _ in parts] or [np.zeros((0, features))]
        errors = [error for _, error in parts] or [np.zeros((0, features))]
        return np.concatenate(estimates), np.concatenate(errors)

    def _some(self, frame: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        walks, features = self._orders.shape
        pairs = walks // 2
        rank = np.argsort(self._orders, axis=1)
        moved = np.arange(features + 1)[:, None] > rank[:, None, :]
        shape = (frame.height, walks, features + 1)
        row = np.broadcast_to(np.arange(frame.height)[:, None, None], shape).ravel()
        start = np.broadcast_to((np.arange(walks) % pairs)[None, :, None], shape).ravel()
        hybrids = []
        for place, name in enumerate(self._features):
            taken = np.broadcast_to(moved[:, :, place], shape).ravel()
            both = pl.concat([frame[name], self._background[name]])
            hybrids.append(both[np.where(taken, row, start + frame.height)])
        margins = self._margin(pl.DataFrame(hybrids)).reshape(shape)
        gains = np.take_along_axis(np.diff(margins, axis=2), rank[None], axis=2)
        paired = (gains[:, :pairs] + gains[:, pairs:]) / 2
        spread = paired.std(axis=1, ddof=1) if pairs > 1 else np.full_like(paired[:, 0], np.nan)
        return paired.mean(axis=1), spread / np.sqrt(pairs)


def _order(groups: Sequence[Sequence[int]], rng: np.random.Generator) -> np.ndarray:
    """All features in a random order in which none stands between two of another's group."""
    drawn = [rng.permutation(groups[place]) for place in rng.permutation(len(groups))]
    return np.concatenate(drawn).astype(np.int64)
