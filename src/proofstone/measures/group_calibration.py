"""Calibration within groups: what each group's probabilities are worth, and how groups differ."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from proofstone.measures.arrays import FloatArray, IntArray, Labels
from proofstone.measures.intervals import (
    UNKNOWN,
    Interval,
    calibration_error_interval,
    normal_quantile,
    t_quantile,
)
from proofstone.measures.largest import contrasts, draws_needed, largest_gap
from proofstone.measures.multiplicity import bonferroni_level
from proofstone.measures.ranking import equal_mass_bins


def corrected_calibration_error(y: Labels, score: FloatArray, bins: int = 10) -> float:
    """Return the calibration error over bins of equal mass, less what chance adds; y, score (n,).

    Each bin's squared gap between mean score and observed rate is lowered by its variance before
    the root is taken (the correction of Kumar, Liang, Ma 2019, bin by bin). The plain error of a
    calibrated model grows as groups shrink, so that small groups would look ill-calibrated.
    nan without rows.
    """
    if not len(y):
        return math.nan
    codes, gap = equal_mass_bins(score, bins), np.asarray(score) - np.asarray(y)
    count = np.bincount(codes, minlength=bins)
    held = np.maximum(count, 1)
    mean = np.bincount(codes, gap, minlength=bins) / held
    square = np.bincount(codes, gap * gap, minlength=bins) / held
    noise = np.maximum(square - mean**2, 0.0) / np.maximum(count - 1, 1)
    noise = np.where(count > 1, noise, mean**2)
    return float(count @ np.sqrt(np.maximum(mean**2 - noise, 0.0)) / len(gap))


def corrected_calibration_interval(
    y: Labels, score: FloatArray, level: float, rng: np.random.Generator, bins: int = 10
) -> Interval[float]:
    """Return `calibration_error_interval`, drawn in to hold the corrected estimate."""
    low, high = calibration_error_interval(y, score, level, rng, bins=bins)
    value = corrected_calibration_error(y, score, bins)
    return Interval(min(low, value), max(high, value))


def error_difference_interval(
    values: FloatArray, ends: Sequence[Interval[float]], level: float
) -> Interval[float]:
    """Return the interval of the largest minus the smallest of k errors, from intervals of each.

    `ends` hold at `pair_level(level, k)`. A pair's difference has the ends that its members'
    distances to their own ends give (MOVER: Zou, Donner 2008). Unknown (nan) below two errors.
    """
    if len(values) < 2:
        return UNKNOWN
    down = np.array([value - end.low for value, end in zip(values, ends, strict=True)])
    up = np.array([end.high - value for value, end in zip(values, ends, strict=True)])
    gap = values[:, None] - values
    low = gap - np.hypot(down[:, None], up)
    high = gap + np.hypot(up[:, None], down)
    return Interval(max(0.0, float(low.max())), min(1.0, float(high.max())))


def pair_level(level: float, groups: int) -> float:
    """Return the level of each error's interval for all pairs of `groups` to hold at `level`."""
    return bonferroni_level(level, max(1, groups * (groups - 1) // 2))


def mean_gaps(
    y: Labels, score: FloatArray, codes: IntArray, groups: int
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return mean score minus observed rate of each group (k,), its standard error, its rows.

    Half a row that is positive and half a row that is not are counted in for the error, so that
    a group without positives (or with nothing else) does not look certain. nan without rows.
    """
    residual = np.asarray(score, dtype=np.float64) - np.asarray(y)
    count = np.bincount(codes, minlength=groups)
    held = np.where(count > 0, count, np.nan)
    mean = np.bincount(codes, residual, minlength=groups) / held
    level = np.bincount(codes, score, minlength=groups) / held
    square = np.bincount(codes, residual**2, minlength=groups) - held * mean**2
    half = (level**2 + (1.0 - level) ** 2) / 2.0
    error = np.sqrt(np.maximum(square, 0.0) + half) / held
    return mean, error, count


def mean_gap_interval(value: float, error: float, rows: int, level: float) -> Interval[float]:
    """Return the interval of one group's mean score minus its observed rate, as `mean_gaps` has it.

    Unknown (nan) without rows.
    """
    if rows < 1:
        return UNKNOWN
    upper = (1.0 + level) / 2.0
    half = error * (t_quantile(upper, rows - 1) if rows > 3 else 2 * normal_quantile(upper))
    return Interval(max(-1.0, value - half), min(1.0, value + half))


def mean_gap_difference(values: FloatArray, rows: IntArray) -> float:
    """Return how far the group that differs most lies from the others in mean score minus rate.

    Two groups: the size of their difference. nan below two groups with rows.
    """
    held = rows > 0
    gaps = contrasts(rows[held]) @ values[held]
    return float(np.abs(gaps).max()) if len(gaps) else math.nan


def mean_gap_difference_interval(
    values: FloatArray,
    errors: FloatArray,
    rows: IntArray,
    level: float,
    rng: np.random.Generator,
) -> Interval[float]:
    """Return the interval of `mean_gap_difference`, from normal draws of each group's gap."""
    held = rows > 0
    compared = contrasts(rows[held])
    size = draws_needed(level, len(compared))
    drawn = values[held] + errors[held] * rng.standard_normal((size, int(held.sum())))
    return largest_gap(drawn @ compared.T, level)
