"""Estimated Shapley values of any model, with standard errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
import polars as pl

Margin = Callable[[pl.DataFrame], np.ndarray]

BACKGROUND = 32
_AT_ONCE = 200_000
_DRAWN = 16
_TRIPLES = 4_096
_FEW = 20


class PermutationExplainer:
    """Estimates interventional Shapley values of the margin by walking from background to row.

    For each background row one random order of the features is walked forwards and backwards
    (antithetic pairs: Mitchell, Cooper, Frank and Holmes 2022); each step moves one feature to
    the row's value and credits it with the change. The walks telescope, so values and base add
    up to the margin exactly. At most 32 background rows are walked from, evenly spread.

    Forwards and backwards together are exact where features act alone or in twos. Of three that
    act together all depends on which comes between the others: so the orders are herded (Chen,
    Welling and Smola 2010) from many that were drawn, towards every feature being in the middle
    as often as in all that were drawn. No feature is treated unlike another, so each order by
    itself is still as good as drawn, and estimates stay unbiased.

    The ends of all walks are asked once, and a step between two equal values is not asked.

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
        known = groups or [[place] for place in range(len(features))]
        orders = _spread_orders(known, len(kept), np.random.default_rng(seed))
        self._orders = np.concatenate([orders, orders[:, ::-1]])
        self._start = np.asarray(margin(self._background), dtype=np.float64)
        self.base = float(self._start.mean())

    @staticmethod
    def most_asked(rows: int, features: int) -> int:
        """At most how many rows a margin is asked about, for the values of `rows` rows."""
        return BACKGROUND + rows * (1 + 2 * BACKGROUND * max(0, features - 1))

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
        pairs = len(self._orders) // 2
        rank = np.argsort(self._orders, axis=1)
        gains = np.diff(self._along(frame, rank), axis=2)
        gains = np.take_along_axis(gains, rank[None], axis=2)
        paired = (gains[:, :pairs] + gains[:, pairs:]) / 2
        spread = paired.std(axis=1, ddof=1) if pairs > 1 else np.full_like(paired[:, 0], np.nan)
        return paired.mean(axis=1), spread / np.sqrt(pairs)

    def _along(self, frame: pl.DataFrame, rank: np.ndarray) -> np.ndarray:
        """The margin before, between and after the steps of each walk: (n, walks, features + 1).

        `rank` (walks, features) is when each feature is moved.
        """
        walks, features = self._orders.shape
        n, pairs = frame.height, walks // 2
        start = np.arange(walks) % pairs
        steps = self._unlike(frame)[:, start[:, None], self._orders]
        taken = steps.cumsum(axis=2)
        inner = steps & (taken < taken[..., -1:])
        row, walk, at = np.nonzero(inner)
        margins = [self._start, self._margin(frame)]
        if len(row):
            moved = rank[walk] <= at[:, None]
            margins.append(self._margin(self._hybrids(frame, row, start[walk], moved)))
        # Where the margin after each step stands: of a row itself after the last that changes it.
        after = np.where(steps, pairs + np.arange(n)[:, None, None], 0)
        after[inner] = pairs + n + np.arange(len(row))
        before = np.broadcast_to(start[:, None], (n, walks, 1))
        latest = np.maximum.accumulate(np.where(steps, np.arange(1, features + 1), 0), axis=2)
        stands = np.take_along_axis(np.concatenate([before, after], axis=2), latest, axis=2)
        found = np.concatenate(margins, dtype=np.float64)
        return np.asarray(found[np.concatenate([before, stands], axis=2)])

    def _hybrids(
        self, frame: pl.DataFrame, row: np.ndarray, start: np.ndarray, taken: np.ndarray
    ) -> pl.DataFrame:
        """Background rows `start` (m,) with the values that are `taken` (m, features) from rows."""
        columns = []
        for place, name in enumerate(self._features):
            both = pl.concat([frame[name], self._background[name]])
            columns.append(both[np.where(taken[:, place], row, start + frame.height)])
        return pl.DataFrame(columns)

    def _unlike(self, frame: pl.DataFrame) -> np.ndarray:
        """Where row and background have different values: bool, (n, background, features)."""
        n, pairs = frame.height, self._background.height
        row, start = np.repeat(np.arange(n), pairs), np.tile(np.arange(pairs), n)
        unlike = [
            frame[name][row].ne_missing(self._background[name][start]).to_numpy()
            for name in self._features
        ]
        return np.stack(unlike, axis=1).reshape(n, pairs, len(self._features))


def _spread_orders(
    groups: Sequence[Sequence[int]], count: int, rng: np.random.Generator
) -> np.ndarray:
    """`count` orders, herded from `_DRAWN` times as many, shape (count, features)."""
    drawn = np.stack([_order(groups, rng) for _ in range(count * _DRAWN)])
    between = _between(np.argsort(drawn, axis=1), rng)
    if not between.shape[1]:
        return drawn[:count]
    apart = between - between.mean(axis=0)
    missed = np.zeros(apart.shape[1], dtype=np.float32)
    size = (apart**2).sum(axis=1)
    chosen: list[int] = []
    for at in range(count):
        pool = slice(at * _DRAWN, (at + 1) * _DRAWN)
        best = at * _DRAWN + int((2 * apart[pool] @ missed + size[pool]).argmin())
        missed += apart[best]
        chosen.append(best)
    return drawn[chosen]


def _between(rank: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Which of three features comes between the others, for triples: float32, (orders, triples).

    All triples of a few features, else some drawn by chance; `rank` is when each feature comes.
    """
    features = rank.shape[1]
    if features <= _FEW:
        every = combinations(range(features), 3)
        triples = [turned for a, b, c in every for turned in ((a, b, c), (b, c, a), (c, a, b))]
        middle, one, other = np.array(triples, dtype=np.int64).reshape(-1, 3).T
    else:
        middle, one, other = rng.integers(0, features, (3, _TRIPLES))
    between = (rank[:, one] < rank[:, middle]) != (rank[:, other] < rank[:, middle])
    return np.asarray(between, dtype=np.float32)


def _order(groups: Sequence[Sequence[int]], rng: np.random.Generator) -> np.ndarray:
    """All features in a random order in which none stands between two of another's group."""
    drawn = [rng.permutation(groups[place]) for place in rng.permutation(len(groups))]
    return np.concatenate(drawn).astype(np.int64)
