"""Decision rates of groups as if all groups had the same labels, and what does not add up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from proofstone.measures.arrays import FloatArray, IntArray, Labels


@dataclass(frozen=True)
class Tallies:
    """Rows of k groups by label and outcome: `counts` (k, 2, c); `shares` (2,) of the labels.

    Outcome 0 is "nothing"; what the others add to a group's rate stands in `worth` (c,).
    """

    counts: IntArray
    shares: FloatArray
    worth: FloatArray

    @property
    def known(self) -> np.ndarray:
        """Whether a group has rows of both labels (k,)."""
        return np.asarray((self.counts.sum(axis=2) > 0).all(axis=1))

    @property
    def rows(self) -> IntArray:
        """Rows of each group (k,)."""
        return np.asarray(self.counts.sum(axis=(1, 2)), dtype=np.int64)

    def take(self, groups: np.ndarray) -> Tallies:
        """Only these groups (integers or a boolean mask); the label shares stay."""
        return Tallies(self.counts[groups], self.shares, self.worth)


def tally(y: Labels, outcome: IntArray, codes: IntArray, groups: int, worth: FloatArray) -> Tallies:
    """Count `outcome` (n,), which indexes `worth`, by group (`codes`, n,) and label `y` (n,)."""
    kinds = len(worth)
    truth = np.asarray(y).astype(np.int64)
    cells = (np.asarray(codes) * 2 + truth) * kinds + outcome
    counts = np.bincount(cells, minlength=groups * 2 * kinds).reshape(groups, 2, kinds)
    share = float(truth.mean()) if len(truth) else 0.5
    return Tallies(counts.astype(np.int64), np.array([1.0 - share, share]), worth)


def standardised(tallies: Tallies) -> FloatArray:
    """Return each group's mean worth were its labels those of all rows: (k,), nan where unknown.

    Direct standardisation: the mean worth within each label, weighted by the label's share of all
    rows. A difference of base rates alone makes no difference here.

    >>> counts = tally(np.array([0, 1, 1, 0, 0, 1]), np.array([0, 1, 1, 0, 0, 1]),
    ...                np.array([0, 0, 0, 1, 1, 1]), 2, np.array([0.0, 1.0]))
    >>> standardised(counts).tolist()
    [0.5, 0.5]
    """
    trials = tallies.counts.sum(axis=2)
    means = np.full(trials.shape, np.nan)
    np.divide(tallies.counts @ tallies.worth, trials, out=means, where=trials > 0)
    return np.asarray(means @ tallies.shares)


def standardised_draws(tallies: Tallies, draws: int, rng: np.random.Generator) -> FloatArray:
    """Return draws (draws, k) of `standardised` from the Jeffreys posterior of each multinomial."""
    gamma = rng.standard_gamma(tallies.counts + 0.5, (draws, *tallies.counts.shape))
    means = (gamma @ tallies.worth) / gamma.sum(axis=3)
    return np.asarray(means @ tallies.shares)


def not_additive(levels: IntArray, rows: IntArray) -> FloatArray:
    """Return the matrix (k, k) that takes rates of intersections to what single columns leave.

    `levels` (k, columns) says which group of each column an intersection is of, `rows` (k,) how
    many rows it has. What is left is the residual of a least-squares fit, weighted by rows, of one
    effect a group of each column; it is 0 where the columns' effects add up.
    """
    design = np.hstack(
        [np.ones((len(levels), 1))]
        + [(column[:, None] == np.unique(column)).astype(np.float64) for column in levels.T]
    )
    root = np.sqrt(np.asarray(rows, dtype=np.float64))
    fitted = design @ np.linalg.pinv(design * root[:, None]) * root
    return np.asarray(np.eye(len(levels)) - fitted)
