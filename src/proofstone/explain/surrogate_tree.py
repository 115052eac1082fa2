"""A small tree that answers nearly as a model does: rules that a person can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from proofstone.explain.conditions import MOST_SPLITS, Condition, splits_of
from proofstone.models.contract import Feature

LEAVES = 8
_CELLS = 100_000_000
_BLOCK = 2_000_000
_FEWEST = 1_000


def most_rows(features: Sequence[Feature]) -> int:
    """To how many rows a tree is fitted at most, so that every split is tried in 100 MB.

    >>> most_rows([Feature("a", "number")] * 20)
    151515
    """
    return max(_FEWEST, _CELLS // max(1, MOST_SPLITS * len(features)))


@dataclass(frozen=True, eq=False)
class Rule:
    """Where all `conditions` hold, the tree decides `decision`.

    A truth value, the place of a class, or a number.
    """

    conditions: tuple[Condition, ...]
    decision: bool | int | float

    def holds(self, frame: pl.DataFrame) -> np.ndarray:
        """Which rows it speaks of: bool, shape (n,)."""
        held = np.ones(frame.height, dtype=bool)
        for test, answer in self.conditions:
            held &= test.holds(frame) == answer
        return held


@dataclass(eq=False)
class _Leaf:
    path: tuple[Condition, ...]
    inside: np.ndarray
    gain: float = 0.0
    best: int = -1


def fit_rules(
    frame: pl.DataFrame,
    decision: np.ndarray,
    features: Sequence[Feature],
    *,
    leaves: int = LEAVES,
    least: int = 10,
) -> tuple[Rule, ...]:
    """Fit a tree of at most `leaves` leaves of at least `least` rows to `decision`, shape (n,).

    Truth values, places of classes (whole numbers), or numbers (float64). CART (Breiman et al.
    1984) grown best leaf first by Gini impurity, of numbers by squared error; leaves beside each
    other that decide alike are joined. The rules cover every row, each row by one of them.

    Rows and possible splits are held together, a byte each: where they would take more than
    100 MB, fewer splits are tried, evenly spread.
    """
    tests = splits_of(frame, features)
    tests = tests[:: 1 + len(tests) * frame.height // _CELLS]
    held = np.empty((len(tests), frame.height), dtype=bool)
    for line, test in zip(held, tests, strict=True):
        line[:] = test.holds(frame)
    wanted = _wanted(decision)
    grown = [_Leaf((), np.ones(frame.height, dtype=bool))]
    _seek(grown[0], held, wanted, least)
    while len(grown) < leaves:
        leaf = max(grown, key=lambda one: one.gain)
        if leaf.gain <= 0:
            break
        grown.remove(leaf)
        for answer in (True, False):
            inside = leaf.inside & (held[leaf.best] == answer)
            part = _Leaf((*leaf.path, (tests[leaf.best], answer)), inside)
            _seek(part, held, wanted, least)
            grown.append(part)
    return _joined([Rule(one.path, _commonest(decision[one.inside])) for one in grown])


def decide(rules: Sequence[Rule], frame: pl.DataFrame) -> np.ndarray:
    """What the rules decide for each row: as they were fitted, shape (n,)."""
    decided = np.zeros(frame.height, dtype=type(rules[0].decision))
    for rule in rules:
        decided[rule.holds(frame)] = rule.decision
    return decided


def _wanted(decision: np.ndarray) -> np.ndarray:
    """What a leaf's sum of squares is about, float64 (n, k): the truth, each class, the number."""
    if decision.dtype.kind == "f":
        middle, spread = decision.mean(), decision.std()
        return np.asarray((decision - middle)[:, None] / (spread or 1.0))
    if decision.dtype.kind == "b":
        return decision.astype(np.float64)[:, None]
    return np.asarray(decision[:, None] == np.unique(decision), dtype=np.float64)


def _commonest(decision: np.ndarray) -> bool | int | float:
    """What most rows of a leaf decide, the first of equally many; of numbers the mean."""
    if decision.dtype.kind == "f":
        return float(decision.mean())
    found, count = np.unique(decision, return_counts=True)
    first: bool | int = found[count.argmax()].item()
    return first


def _seek(leaf: _Leaf, held: np.ndarray, wanted: np.ndarray, least: int) -> None:
    """Find the test that lowers the leaf's sum of squares most: of shares, n times Gini's."""
    inside = np.flatnonzero(leaf.inside)
    wanted = wanted[inside]
    n, total = len(inside), wanted.sum(axis=0)
    left = np.empty(len(held))
    in_left = np.empty((len(held), wanted.shape[1]))
    block = max(1, _BLOCK // max(1, n))
    for start in range(0, len(held), block):
        some = held[start : start + block, inside].astype(np.float64)
        left[start : start + block], in_left[start : start + block] = (
            some.sum(axis=1),
            some @ wanted,
        )
    right, in_right = n - left, total - in_left
    with np.errstate(divide="ignore", invalid="ignore"):
        after = (in_left**2).sum(axis=1) / left + (in_right**2).sum(axis=1) / right
    before = (total**2).sum() / max(n, 1)
    gains = np.where(np.minimum(left, right) >= least, after - before, 0.0)
    if len(gains) and gains.max() > 1e-9:
        leaf.best, leaf.gain = int(gains.argmax()), float(gains.max())


def _joined(rules: list[Rule]) -> tuple[Rule, ...]:
    """Join pairs of rules that differ in their last answer only and decide alike."""
    known = {rule.conditions: rule for rule in rules}
    for key in sorted(known, key=len, reverse=True):
        rule = known.get(key)
        if rule is None or not rule.conditions:
            continue
        *above, (test, answer) = rule.conditions
        other = known.get((*above, (test, not answer)))
        if other is not None and other.decision == rule.decision:
            del known[key], known[other.conditions]
            joined = Rule(tuple(above), rule.decision)
            known[joined.conditions] = joined
            return _joined(list(known.values()))
    return tuple(sorted(known.values(), key=lambda rule: (-rule.decision, len(rule.conditions))))
