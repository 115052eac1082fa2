"""The five places where unfairness comes in, each as one number about one protected column.

Data: groups differ in the labels, in what is missing, in how many they are. Model: the score tells
the group although the label is known. Algorithm: decisions widen the gap that the labels have.
Interaction: an intersection is decided otherwise than its columns explain. Evaluation: the gap
depends on exactly where the threshold lies. After Suresh and Guttag (2021), as measurements.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from proofstone.measures.classification import roc_auc
from proofstone.measures.groups import GroupCounts, Groups, rate
from proofstone.measures.influence import delong_auc
from proofstone.measures.intervals import UNKNOWN, Interval
from proofstone.measures.largest import (
    added_gap,
    added_gap_interval,
    contrasts,
    draws_needed,
    largest_gap,
)
from proofstone.measures.multiplicity import bonferroni_level
from proofstone.measures.standardised import (
    Tallies,
    not_additive,
    standardised,
    standardised_draws,
    tally,
)

FEWEST = 5
"""An intersection with fewer rows of either label is left out: its rate would be a guess."""

_SIDES = (np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, -1.0]))


@dataclass(frozen=True, eq=False)
class Told:
    """How well scores tell group `group` from the others among rows whose label is `label`."""

    label: int
    group: int
    inside: np.ndarray
    score: np.ndarray
    auc: float


def told_by_score(y: np.ndarray, score: np.ndarray, groups: Groups) -> list[Told]:
    """The AUC of each group's membership by score within each label, where both sides have rows."""
    found = []
    codes = range(1, 2) if len(groups.labels) == 2 else range(len(groups.labels))
    for label in (0, 1):
        rows = y == label
        for at in codes:
            inside = groups.codes[rows] == at
            if min(int(inside.sum()), int((~inside).sum())) >= 2:
                own = score[rows]
                found.append(Told(label, at, inside, own, roc_auc(inside, own)))
    return found


def told_interval(told: list[Told], level: float) -> Interval[float]:
    """The interval of the largest AUC, folded at 0.5, at a level corrected for how many."""
    if not told:
        return UNKNOWN
    each = bonferroni_level(level, len(told))
    ends = [delong_auc(one.inside, one.score, each) for one in told]
    low = max(max(end.low, 1.0 - end.high, 0.5) for end in ends)
    return Interval(low, max(max(end.high, 1.0 - end.low) for end in ends))


def added_by_decisions(
    counts: GroupCounts, level: float, rng: np.random.Generator
) -> tuple[float, Interval[float]]:
    """By how much gaps of selection rates go beyond those of base rates, with the interval.

    Decisions and labels of the same rows are drawn together (Jeffreys posterior of the four
    counts of a group).
    """
    rows = counts.rows
    held = rows > 0
    four = np.stack([counts.tp, counts.fp, counts.fn, counts.tn], axis=1)[held]
    compared = contrasts(rows[held])
    base, chosen = (
        compared @ rate(part[held], rows[held])
        for part in (counts.tp + counts.fn, counts.tp + counts.fp)
    )
    drawn = rng.standard_gamma(four + 0.5, (draws_needed(level, len(compared)), *four.shape))
    drawn /= drawn.sum(axis=2, keepdims=True)
    given = (drawn[:, :, 0] + drawn[:, :, 2]) @ compared.T
    made = (drawn[:, :, 0] + drawn[:, :, 1]) @ compared.T
    return added_gap(base, chosen), added_gap_interval(given, made, level)


@dataclass(frozen=True, eq=False)
class Excess:
    """What single columns leave of each intersection's rate (k,); `kept` (k,) indexes groups."""

    values: np.ndarray
    kept: np.ndarray
    interval: Interval[float]


def not_explained(
    y: np.ndarray,
    decided: np.ndarray,
    crossed: Groups,
    columns: list[Groups],
    level: float,
    rng: np.random.Generator,
) -> Excess | None:
    """How far intersections are decided otherwise than their columns' effects add up to.

    Rates are those that groups would have with the labels of all rows, so that labels that
    differ between intersections do not count. None where the columns explain any rates: too few
    intersections have rows of both labels.
    """
    size = len(crossed.labels)
    cells = tally(y, decided.astype(np.int64), crossed.codes, size, np.array([0.0, 1.0]))
    kept = np.flatnonzero(cells.counts.sum(axis=2).min(axis=1) >= FEWEST)
    if len(kept) < 4:
        return None
    _, first = np.unique(crossed.codes, return_index=True)
    levels = np.stack([one.codes[first] for one in columns], axis=1)[kept]
    own = cells.take(kept)
    left = not_additive(levels, own.rows)
    strength = np.linalg.matrix_rank(left, tol=1e-9)
    if not strength:
        return None
    # Two columns of two groups leave multiples of one gap: then only the largest is compared.
    largest = int(np.argmax(np.abs(left).sum(axis=1)))
    compared = left[[largest]] if strength == 1 else left
    drawn = standardised_draws(own, draws_needed(level, len(compared)), rng)
    return Excess(left @ standardised(own), kept, largest_gap(drawn @ compared.T, level))


@dataclass(frozen=True, eq=False)
class Shift:
    """How gaps between groups move with the threshold: `rates` (3, k) lower, used, higher."""

    value: float
    interval: Interval[float]
    rates: np.ndarray
    kept: np.ndarray


def moved_by_threshold(
    y: np.ndarray,
    margin: np.ndarray,
    groups: Groups,
    share: float,
    level: float,
    rng: np.random.Generator,
) -> Shift | None:
    """How far the gap between groups moves as `share` of all rows more, or fewer, are selected.

    `margin` (n,) is score minus threshold. Rates are those that groups would have with the labels
    of all rows. None with fewer than two groups that have rows of both labels.
    """
    ranked = np.sort(margin)[::-1]
    chosen, step = int((margin >= 0).sum()), max(1, round(share * len(margin)))
    lower = ranked[min(len(ranked), chosen + step) - 1]
    higher = ranked[chosen - step] if chosen >= step else np.inf
    outcome = np.where((margin < 0) & (margin >= lower), 1, 0)
    outcome[(margin >= 0) & (margin <= higher)] = 2
    size = len(groups.labels)
    first = tally(y, outcome, groups.codes, size, _SIDES[0])
    kept = np.flatnonzero(first.known)
    if len(kept) < 2:
        return None
    sides = [Tallies(first.counts[kept], first.shares, worth) for worth in _SIDES]
    compared = contrasts(sides[0].rows)
    used = standardised(
        tally(y, (margin >= 0).astype(np.int64), groups.codes, size, np.array([0.0, 1.0]))
    )[kept]
    moves = np.stack([standardised(side) for side in sides])
    draws = draws_needed(level, 2 * len(compared))
    drawn = [standardised_draws(side, draws, rng) @ compared.T for side in sides]
    return Shift(
        value=float(np.abs(moves @ compared.T).max()),
        interval=largest_gap(np.hstack(drawn), level),
        rates=np.stack([used + moves[0], used, used + moves[1]]),
        kept=kept,
    )
