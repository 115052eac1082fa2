"""A small tree that decides nearly as a model does: rules that a person can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from proofstone.explain.conditions import Condition, splits_of
from proofstone.models.contract import Feature

LEAVES = 8


@dataclass(frozen=True, eq=False)
class Rule:
    """Where all `conditions` hold, the tree decides `decision`."""

    conditions: tuple[Condition, ...]
    decision: bool

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
    """Fit a tree of at most `leaves` leaves of at least `least` rows to `decision` (bool, (n,)).

    CART (Breiman et al. 1984) grown best leaf first by Gini impurity; leaves beside each other
    that decide alike are joined. The rules cover every row, each row by one of them.
    """
    tests = splits_of(frame, features)
    held = np.array([test.holds(frame) for test in tests]).reshape(len(tests), frame.height)
    answers, wanted = held.astype(np.float64), decision.astype(np.float64)
    grown = [_Leaf((), np.ones(frame.height, dtype=bool))]
    _seek(grown[0], answers, wanted, least)
    while len(grown) < leaves:
        leaf = max(grown, key=lambda one: one.gain)
        if leaf.gain <= 0:
            break
        grown.remove(leaf)
        for answer in (True, False):
            inside = leaf.inside & (held[leaf.best] == answer)
            part = _Leaf((*leaf.path, (tests[leaf.best], answer)), inside)
            _seek(part, answers, wanted, least)
            grown.append(part)
    return _joined([Rule(one.path, bool(2 * wanted[one.inside].sum() > one.inside.sum()))
                    for one in grown])  # fmt: skip


def decide(rules: Sequence[Rule], frame: pl.DataFrame) -> np.ndarray:
    """What the rules decide for each row: bool, shape (n,)."""
    decided = np.zeros(frame.height, dtype=bool)
    for rule in rules:
        if rule.decision:
            decided |= rule.holds(frame)
    return decided


def _seek(leaf: _Leaf, answers: np.ndarray, wanted: np.ndarray, least: int) -> None:
    """Find the test that lowers n times the Gini impurity of the leaf most."""
    inside = leaf.inside.astype(np.float64)
    n, hits = inside.sum(), inside @ wanted
    left, left_hits = answers @ inside, answers @ (inside * wanted)
    right, right_hits = n - left, hits - left_hits
    with np.errstate(divide="ignore", invalid="ignore"):
        after = left_hits * (1 - left_hits / left) + right_hits * (1 - right_hits / right)
    gains = np.where(np.minimum(left, right) >= least, hits * (1 - hits / max(n, 1)) - after, 0.0)
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
    return tuple(sorted(known.values(), key=lambda rule: (not rule.decision, len(rule.conditions))))
