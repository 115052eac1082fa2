"""How far the largest and the smallest of k unknowns lie apart, though both were looked for.

What is known of each unknown is a distribution (a posterior, the t distribution of a mean).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from proofstone.measures.arrays import FloatArray
from proofstone.measures.intervals import Interval, normal_quantile

_STEP = 3.0
_NODES = 512
_EVEN = np.array([NormalDist().cdf(z) for z in np.linspace(-6.0, 6.0, 121).tolist()])
_STEPS = 60
_CLOSE = 1e-4
_DEEP = 1e-13
_FLAT = 7.0
_TINY = 1e-6


_Chance = Callable[[float], float]


class Known:
    """Distributions of k unknowns: `below` (k, m) is the chance of less than `at` (k, m).

    Both ascend along each row, `below` from 0 to 1; between two points the chance is linear.
    `scale` (k,) says how well each is known whatever its value, such as one over the root of rows.
    """

    def __init__(self, at: FloatArray, below: FloatArray, scale: FloatArray) -> None:
        self.at, self.below, self.scale = at, below, scale

    def quantiles(self, share: float) -> FloatArray:
        """The points (k,) below which an unknown lies with the chance `share`."""
        pairs = zip(self.below, self.at, strict=True)
        return np.array([np.interp(share, below, at) for below, at in pairs])


class _Loose(NamedTuple):
    """Medians of the unknowns (k,), and squares of how far they could lie higher or lower."""

    middle: FloatArray
    up: FloatArray
    down: FloatArray


class _Held(NamedTuple):
    """Medians (k,) moved until they lie apart as held, and the places of their extremes."""

    middle: FloatArray
    most: int
    least: int


def difference_ends(known: Known, level: float, most: float = math.inf) -> Interval[float]:
    """Return the interval of the largest less the smallest of k > 1 unknowns, up to `most`.

    Hybrid resampling (Chuang and Lai 2000): a distance is within the interval unless unknowns that
    lie so far apart, and otherwise as near to what was observed as can be, would show as much, or
    as little, with a chance below (1 - `level`) / 2. What they would show is integrated, not drawn.
    Where the extremes are exchanged, the sign of the distance is, and such events do not count; so
    two unknowns get the interval of the signed difference, folded at 0.

    Badly known ones would hide how far the others lie apart. So the lower end is the greatest of
    those of all and of the better known ones alone, each with its part of the error (Bonferroni).
    """
    tail = (1.0 - level) / 2.0
    low = 0.0
    parts = _parts(known)
    for part in parts:
        chance, seen, _ = _of_differences(part, level)
        if chance(0.0) < tail / len(parts):
            low = max(low, _crossing(chance, 0.0, seen, tail / len(parts)))
    chance, seen, loose = _of_differences(known, level)
    step = math.sqrt(float(np.max(loose[1:])))
    high = min(most, seen + 4.0 * step)
    while chance(high) < 1.0 - tail and high < min(most, seen + 1e4 * step):
        high = min(most, seen + 2.0 * (high - seen))
    if chance(high) > 1.0 - tail:
        high = _crossing(chance, seen, high, 1.0 - tail)
    return Interval(low, min(most, max(high, _noise(loose, level))))


def _of_differences(known: Known, level: float) -> tuple[_Chance, float, _Loose]:
    """The chance to show what was seen by how far apart they are; what was seen; the medians."""
    loose = _loose(known, level)
    seen = float(np.ptp(loose.middle))
    return cache(lambda apart: _chance(known, loose, 1.0, apart, -seen)), seen, loose


def ratio_ends(known: Known, level: float) -> Interval[float]:
    """Return the interval of the smallest over the largest of k > 1 unknowns above 0.

    As `difference_ends`, with what is left of the smallest less the ratio times the largest.
    """
    tail, high = (1.0 - level) / 2.0, 1.0
    parts = _parts(known)
    for part in parts:
        chance, seen, _ = _of_ratios(part, level)
        if chance(0.0) < tail / len(parts):
            high = min(high, 1.0 - _crossing(chance, 0.0, seen, tail / len(parts)))
    chance, seen, loose = _of_ratios(known, level)
    far = seen
    while chance(far) < 1.0 - tail and far < 1.0 - _TINY:
        far = 1.0 - (1.0 - far) / 2.0
    low = 1.0 - _crossing(chance, seen, far, 1.0 - tail) if far < 1.0 - _TINY else 0.0
    noise = _noise(loose, level) / float(loose.middle.max())
    return Interval(max(0.0, min(low, 1.0 - noise)), high)


def _of_ratios(known: Known, level: float) -> tuple[_Chance, float, _Loose]:
    """As `_of_differences`, of one less the ratio."""
    loose = _loose(known, level)
    least, most = float(loose.middle.min()), float(loose.middle.max())

    def chance(turned: float) -> float:
        ratio = max(1.0 - turned, _TINY)
        return _chance(known, loose, ratio, 0.0, least - ratio * most)

    return cache(chance), 1.0 - least / most, loose


def _parts(known: Known) -> list[Known]:
    """All unknowns, and those that are known about as well as the best two, better first."""
    scale, best = known.scale, float(np.sort(known.scale)[1])
    reach = _STEP * best
    parts = []
    while (scale > reach).any():
        held = scale <= reach
        parts.append(Known(known.at[held], known.below[held], scale[held]))
        reach = _STEP * float(scale[~held].min())
    return [*parts, known]


def _loose(known: Known, level: float) -> _Loose:
    """How far unknowns could lie from their medians, at the level of the interval."""
    tail = (1.0 - level) / 2.0
    low, middle, high = (known.quantiles(share) for share in (tail, 0.5, 1.0 - tail))
    scale = normal_quantile(1.0 - tail)
    up, down = ((end / scale) ** 2 + 1e-300 for end in (high - middle, middle - low))
    return _Loose(middle, up, down)


def _noise(loose: _Loose, level: float) -> float:
    """How far two equal unknowns, the best known of more, are taken to lie apart by chance."""
    if len(loose.middle) == 2:
        return 0.0
    one, two = np.sort(loose.up + loose.down)[:2] / 2.0
    return normal_quantile((1.0 + level) / 2.0) * math.sqrt(float(one + two))


def _chance(known: Known, loose: _Loose, slope: float, apart: float, seen: float) -> float:
    """The chance that unknowns held `apart` show as much as was `seen`, in the order they are held.

    Held is smallest + apart = slope * largest; shown is smallest - slope * largest.
    """
    held = _hold(loose, slope, apart)
    moved = _Moved(known, held.middle + loose.middle)
    if len(loose.middle) == 2:
        signed = float(loose.middle[held.least] - slope * loose.middle[held.most])
        return moved.pair(held.most, held.least, slope, signed)
    right = moved.pair(held.most, held.least, slope, seen)
    both = moved.pair(held.most, held.least, slope, seen, ordered=True)
    both += moved.pair(held.least, held.most, slope, seen, ordered=True)
    share = min(1.0, max(0.5, right / both)) if both > 0.0 else 1.0
    return share * (1.0 - moved.within(slope, seen))


class _Moved:
    """Variables `origin` (k,) less each unknown: what would be observed, were they held."""

    def __init__(self, known: Known, origin: FloatArray) -> None:
        self.known, self.origin = known, origin

    def less(self, one: int, y: FloatArray) -> FloatArray:
        """The chance that a variable lies below each of y (b,)."""
        at, below = self.known.at[one], self.known.below[one]
        return np.asarray(1.0 - np.interp(self.origin[one] - y, at, below))

    def all_less(self, y: FloatArray) -> FloatArray:
        """The same of each variable, (k, b)."""
        return np.stack([self.less(one, y) for one in range(len(self.origin))])

    def pair(
        self, upper: int, lower: int, slope: float, seen: float, *, ordered: bool = False
    ) -> float:
        """The chance that the lower less `slope` times the upper is at most `seen`.

        `ordered` asks that it is the lower one, too.
        """
        at = self.origin[upper] - self.known.at[upper]
        middle = (at[1:] + at[:-1]) / 2.0
        reach = slope * middle + seen
        mass = np.diff(self.known.below[upper])
        return float(mass @ self.less(lower, np.minimum(middle, reach) if ordered else reach))

    def within(self, slope: float, seen: float) -> float:
        """The chance that the smallest less `slope` times the largest is above `seen`.

        The largest is cut into narrow cells, in each of which it stands for its middle; in all
        else the integral is exact.
        """
        edges = self._cells()
        middle = slope * (edges[1:] + edges[:-1]) / 2.0 + seen
        chances = self.all_less(np.append(edges, middle))
        under, floor = chances[:, : len(edges)], chances[:, len(edges) :]
        upper = np.maximum(under[:, 1:] - floor, 0.0).prod(axis=0)
        lower = np.maximum(under[:, :-1] - floor, 0.0).prod(axis=0)
        return float((upper - lower).sum())

    def _cells(self) -> FloatArray:
        """Edges (b,) of cells that are about equally wide on the normal scale of the largest."""
        at = self.origin[:, None] - self.known.at[:, ::-1]
        bottom, top = float(at[:, 0].max()), float(at[:, -1].max())
        high = at[at[:, -1] > bottom]
        stride = max(1, high.size // _NODES)
        nodes = np.unique(np.append(high[:, ::stride], [bottom, top]))
        nodes = nodes[nodes >= bottom]
        inner = np.interp(_EVEN, self.all_less(nodes).prod(axis=0), nodes)
        return np.unique(np.concatenate([nodes[:1], inner, nodes[-1:]]))


def _hold(loose: _Loose, slope: float, apart: float) -> _Held:
    """Move the medians as little as they are loose, until smallest + apart = slope * largest."""
    middle, up, down = loose
    most, least = int(middle.argmax()), int(middle.argmin())
    if middle[least] + apart <= slope * middle[most]:
        floor = _floor(loose, slope, apart)
        return _Held(np.clip(middle, floor, (floor + apart) / slope), most, least)
    short = middle + apart - slope * middle[:, None]
    give = down + slope**2 * up[:, None]
    cost = short**2 / give
    np.fill_diagonal(cost, math.inf)
    most, least = divmod(int(cost.argmin()), len(middle))
    force = short[most, least] / give[most, least]
    held = middle.copy()
    held[least] -= down[least] * force
    held[most] += slope * up[most] * force
    return _Held(np.clip(held, held[least], held[most]), most, least)


def _floor(loose: _Loose, slope: float, apart: float) -> float:
    """The lower end of the range to which clipping the medians costs the least."""
    middle, up, down = loose
    ends = np.sort(np.append(middle, slope * middle - apart))
    rise = np.maximum(ends[:, None] - middle, 0.0) @ (1.0 / up)
    fall = np.maximum(middle - (ends[:, None] + apart) / slope, 0.0) @ (1.0 / down) / slope
    return float(np.interp(0.0, rise - fall, ends))


def _crossing(chance: _Chance, low: float, high: float, at: float) -> float:
    """Where a rising chance is `at`: false position on the normal scale (Dowell, Jarratt 1971).

    Where the chance is too near 0 or 1 to have a slope, the middle is taken.
    """
    goal = normal_quantile(at)
    ends, gaps = [low, high], [_normal(chance(end)) - goal for end in (low, high)]
    if gaps[0] >= 0.0 or gaps[1] <= 0.0:
        return low if gaps[0] >= 0.0 else high
    last, place = -1, low
    for _ in range(_STEPS):
        flat = max(abs(gaps[0] + goal), abs(gaps[1] + goal)) >= _FLAT
        share = 0.5 if flat else gaps[0] / (gaps[0] - gaps[1])
        place = ends[0] + share * (ends[1] - ends[0])
        gap = _normal(chance(place)) - goal
        side = int(gap > 0.0)
        if side == last and not flat:
            gaps[1 - side] /= 2.0
        ends[side], gaps[side], last = place, gap, side
        if abs(gap) < _CLOSE or ends[1] - ends[0] < _CLOSE * (high - low):
            break
    return place


def _normal(chance: float) -> float:
    return normal_quantile(min(1.0 - _DEEP, max(_DEEP, chance)))
