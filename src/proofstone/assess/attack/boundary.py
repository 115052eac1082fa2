"""Search for the cheapest change of a row that flips its decision, by asking for scores alone."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from proofstone.assess.attack.inputs import Inputs, number
from proofstone.checks.probe import Ask
from proofstone.models.constraints import Constraints
from proofstone.models.contract import Predict
from proofstone.models.rows import Rows

ROUNDS = 3
"""The most columns that are changed."""

_FAN = 7
_PASSES = 3
_BRANCHES = 2
_TINY = 1e-9

Searching = Generator[Ask, np.ndarray, "Found"]
Objection = Callable[[pl.DataFrame], np.ndarray]
"""Says of each changed row how much the attacker would rather not use it; added to its cost."""


@dataclass(frozen=True, eq=False)
class Target:
    """The rows that are attacked, the threshold of each (n,), and how they are decided now (n,).

    `positive` is the column of the answers that a decision compares with the threshold. A change
    counts where the score lies at least `depth` log-odds beyond the threshold.
    """

    rows: Rows
    threshold: np.ndarray
    decided: np.ndarray
    positive: int
    depth: float = 0.0

    def gap(self, answers: np.ndarray, place: np.ndarray) -> np.ndarray:
        """How far the score of each candidate is from counting as a flip, in log-odds; (m,)."""
        far = _log_odds(answers[:, self.positive]) - _log_odds(self.threshold[place])
        return np.asarray(np.where(self.decided[place], far, -far) + self.depth)

    def flipped(self, answers: np.ndarray, place: np.ndarray) -> np.ndarray:
        """Whether each candidate is decided otherwise than the row at its place; bool (m,)."""
        decided = answers[:, self.positive] >= self.threshold[place]
        flipped = np.asarray(decided != self.decided[place])
        return flipped & (self.gap(answers, place) <= 0) if self.depth else flipped


@dataclass(frozen=True, eq=False)
class Found:
    """The best change of each row: its `cost` (n,), infinite where none was found, and `frame`.

    Every change keeps the constraints and was seen to flip the decision. A row for which none was
    found stands in `frame` as it was.
    """

    cost: np.ndarray
    frame: pl.DataFrame

    @property
    def flipped(self) -> np.ndarray:
        """Whether a change was found: bool, shape (n,)."""
        return np.asarray(np.isfinite(self.cost))


@dataclass(frozen=True, eq=False)
class _Tried:
    """Candidates: the row of the target that each changes, its frame, the last column changed."""

    place: np.ndarray
    frame: pl.DataFrame
    column: np.ndarray
    order: np.ndarray
    """The columns changed in turn, as numbers, -1 where none: shape (m, ROUNDS)."""

    def take(self, kept: np.ndarray) -> _Tried:
        if kept.dtype == np.bool_:
            kept = np.flatnonzero(kept)
        return _Tried(self.place[kept], self.frame[kept], self.column[kept], self.order[kept])

    @staticmethod
    def join(parts: list[_Tried]) -> _Tried:
        return _Tried(
            np.concatenate([one.place for one in parts]),
            pl.concat([one.frame for one in parts]),
            np.concatenate([one.column for one in parts]),
            np.concatenate([one.order for one in parts]),
        )


def most_asked(inputs: Inputs) -> int:
    """The most candidates that `search` asks about for each row."""
    return ROUNDS * inputs.moves + _BRANCHES * ROUNDS * _FAN * _PASSES


def search(
    target: Target,
    inputs: Inputs,
    constraints: Constraints,
    gap: np.ndarray,
    objection: Objection | None = None,
) -> Searching:
    """Return the cheapest verified change of each row of `target`; `gap` (n,) is its own.

    In each of at most three rounds every column is moved to every value of its grid. Where a move
    flips the decision, the two (of different columns) that seem cheapest are kept; elsewhere the
    column that gains most log-odds for its cost is moved as far as it gains. What was changed is
    then taken back as far as the decision allows, the last column first.
    """
    cost = _Cost(target.rows.frame, inputs, constraints, objection)
    n = len(target.rows)
    state = _Tried(
        np.arange(n), target.rows.frame, np.full(n, -1), np.full((n, ROUNDS), -1, dtype=np.int64)
    )
    found: list[_Tried] = []
    for turn in range(ROUNDS):
        if not len(state.place):
            break
        tried = _moves(state, inputs, turn)
        price = cost(tried)
        tried, price = tried.take(np.isfinite(price)), price[np.isfinite(price)]
        if not len(tried.place):
            break
        answers = yield _ask(target, tried)
        flips = target.flipped(answers, tried.place)
        gained = gap[tried.place] - target.gap(answers, tried.place)
        paid = cost(state)[np.searchsorted(state.place, tried.place)]
        crossing = paid + (price - paid) * gap[tried.place] / np.maximum(gained, _TINY)
        found.append(_cheapest(tried.take(flips), crossing[flips], _BRANCHES))
        open_ = ~np.isin(tried.place, tried.place[flips])
        chosen = _advance(tried.place, tried.column, np.where(open_, gained, -np.inf), price - paid)
        gap = gap.copy()
        gap[tried.place[chosen]] -= gained[chosen]
        state = tried.take(chosen)
    if not found:
        return Found(np.full(n, np.inf), target.rows.frame)
    best = yield from _taken_back(target, inputs, cost, _Tried.join(found))
    return _result(target, inputs, best, cost(best))


@dataclass(frozen=True, eq=False)
class _Cost:
    """What a candidate costs; infinite where it may not happen or changes nothing."""

    before: pl.DataFrame
    inputs: Inputs
    constraints: Constraints
    objection: Objection | None

    def __call__(self, tried: _Tried) -> np.ndarray:
        before = self.before[tried.place]
        cost = self.inputs.cost(before, tried.frame)
        kept = self.constraints.kept(before, tried.frame)
        if self.objection is not None:
            lawful = np.flatnonzero(kept)
            cost[lawful] += self.objection(tried.frame[lawful])
        return np.where(kept, cost, np.inf)


def _log_odds(score: np.ndarray) -> np.ndarray:
    clipped = np.clip(score, _TINY, 1.0 - _TINY)
    return np.asarray(np.log(clipped) - np.log1p(-clipped))


def _ask(target: Target, tried: _Tried) -> Ask:
    return Ask(Rows(tried.frame, target.rows.origin[tried.place]), Predict(), keep=False)


def _moves(state: _Tried, inputs: Inputs, turn: int) -> _Tried:
    """Each row of `state` with each of its columns not moved yet moved to each value."""
    parts = []
    for at, name in enumerate(inputs.names):
        known = state.frame[name].is_not_null().to_numpy()
        if name in inputs.numbers:
            known = np.isfinite(number(state.frame[name]))
        free = (state.order != at).all(axis=1) & known
        values = inputs.values(name).cast(state.frame.schema[name])
        kept = np.repeat(np.flatnonzero(free), len(values))
        moved = state.take(kept)
        fresh = values[np.tile(np.arange(len(values)), int(free.sum()))]
        changed = fresh.ne_missing(moved.frame[name]).to_numpy()
        moved = replace(moved, frame=moved.frame.with_columns(fresh.alias(name))).take(changed)
        order = moved.order.copy()
        order[:, turn] = at
        parts.append(replace(moved, column=np.full(len(order), at), order=order))
    return _Tried.join(parts)


def _cheapest(tried: _Tried, price: np.ndarray, most: int) -> _Tried:
    """For each row, of the `most` columns that seem cheapest the candidate that does.

    `price` (m,) is the cost where a straight line of log-odds would reach the boundary.
    """
    ranked = np.lexsort((price, tried.place))
    keys = tried.place[ranked] * (tried.column.max(initial=0) + 1) + tried.column[ranked]
    first = np.sort(np.unique(keys, return_index=True)[1])
    ranked = ranked[first]
    place = tried.place[ranked]
    nth = np.arange(len(place)) - np.searchsorted(place, place)
    return tried.take(ranked[nth < most])


def _advance(
    place: np.ndarray, column: np.ndarray, gained: np.ndarray, paid: np.ndarray
) -> np.ndarray:
    """For each row the farthest move of the column that gains most for what it costs."""
    hopeful = np.flatnonzero(gained > 0)
    ranked = hopeful[np.lexsort((-gained[hopeful], column[hopeful], place[hopeful]))]
    keys = place[ranked] * (column.max(initial=0) + 1) + column[ranked]
    farthest = ranked[np.unique(keys, return_index=True)[1]]
    worth = gained[farthest] / np.maximum(paid[farthest], 1e-3)
    ranked = farthest[np.lexsort((-worth, place[farthest]))]
    return ranked[np.unique(place[ranked], return_index=True)[1]]


def _taken_back(
    target: Target, inputs: Inputs, cost: _Cost, best: _Tried
) -> Generator[Ask, np.ndarray, _Tried]:
    """The candidates with each change taken back as far as the decision stays flipped."""
    for turn in reversed(range(ROUNDS)):
        far, near = np.ones(len(best.place)), np.zeros(len(best.place))
        goal = best.frame
        for step in range(_PASSES):
            parts = _FAN + int(step > 0)
            inner = np.arange(int(step > 0), parts) / parts
            share = near[:, None] + (far - near)[:, None] * inner
            kept = np.repeat(np.flatnonzero(best.order[:, turn] >= 0), len(inner))
            if not len(kept):
                break
            back = share[best.order[:, turn] >= 0].ravel()
            entry = best.take(kept)
            tried = replace(entry, frame=_between(target, inputs, entry, goal[kept], turn, back))
            price = cost(tried)
            allowed = np.isfinite(price) & (price < cost(best)[kept] + _TINY)
            asked = np.flatnonzero(allowed)
            if not len(asked):
                break
            answers = yield _ask(target, tried.take(asked))
            flips = asked[target.flipped(answers, tried.place[asked])]
            ranked = flips[np.lexsort((price[flips], kept[flips]))]
            at, first = np.unique(kept[ranked], return_index=True)
            won = ranked[first]
            width = far - near
            far[at] = back[won]
            near = np.maximum(near, far - width / parts)
            frame = pl.concat([best.frame, tried.frame[won]])
            source = np.arange(len(best.place))
            source[at] = len(best.place) + np.arange(len(won))
            best = replace(best, frame=frame[source])
    return best


def _between(
    target: Target,
    inputs: Inputs,
    entry: _Tried,
    goal: pl.DataFrame,
    turn: int,
    share: np.ndarray,
) -> pl.DataFrame:
    """`entry` with the column of its `turn` at `share` of the way in rank from before to goal."""
    frame, before = entry.frame, target.rows.frame[entry.place]
    for at, name in enumerate(inputs.names):
        here = entry.order[:, turn] == at
        if not here.any():
            continue
        if name in inputs.numbers:
            scale = inputs.numbers[name]
            start, end = number(before[name]), number(goal[name])
            ranks = scale.rank(start) + share * (scale.rank(end) - scale.rank(start))
            moved = np.where(share <= 0, start, np.where(share >= 1, end, scale.value(ranks)))
            fresh = pl.Series(name, moved).fill_nan(None).cast(frame.schema[name])
        else:
            back = pl.Series(share < 1)
            fresh = pl.select(pl.when(back).then(before[name]).otherwise(goal[name])).to_series()
        mask = pl.Series(here)
        column = pl.select(pl.when(mask).then(fresh).otherwise(frame[name])).to_series()
        frame = frame.with_columns(column.alias(name))
    return frame


def _result(target: Target, inputs: Inputs, best: _Tried, price: np.ndarray) -> Found:
    """The candidate of each row that the attacker likes best, at its own cost."""
    n = len(target.rows)
    ranked = np.lexsort((price, best.place))
    places, first = np.unique(best.place[ranked], return_index=True)
    won = ranked[first]
    frame = pl.concat([target.rows.frame, best.frame[won]])
    source = np.arange(n)
    source[places] = n + np.arange(len(won))
    cost = np.full(n, np.inf)
    cost[places] = inputs.cost(target.rows.frame[places], best.frame[won])
    return Found(cost, frame[source])
