"""A detector of rows that were made to flip a decision, set to a rate of false alarms."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl

from proofstone.assess.attack.inputs import commonest, number
from proofstone.assess.attack.noise import spreads

NEIGHBOURS = 5
"""How many of the nearest reference rows a row's distance is averaged over."""

_CATEGORIES = 50
_BLOCK = 4_000_000
_FARTHEST = 1e6


@dataclass(frozen=True, eq=False)
class Space:
    """Rows as points: numbers by mean and deviation, categories as flags, missing as a flag."""

    numbers: dict[str, tuple[float, float]]
    categories: dict[str, tuple[object, ...]]

    @classmethod
    def of(cls, frame: pl.DataFrame, texts: set[str]) -> Space:
        """The space of these rows; free texts have no place in it."""
        numbers = {
            name: (_mean(number(frame[name])), spread) for name, spread in spreads(frame).items()
        }
        categories = {
            name: commonest(frame[name])[:_CATEGORIES]
            for name in frame.columns
            if not frame.schema[name].is_numeric() and name not in texts
        }
        return cls(numbers, categories)

    def points(self, frame: pl.DataFrame) -> np.ndarray:
        """The rows as points, shape (n, dimensions)."""
        columns = []
        for name, (mean, spread) in self.numbers.items():
            values = number(frame[name])
            columns += [
                np.nan_to_num(np.clip((values - mean) / spread, -_FARTHEST, _FARTHEST)),
                np.isnan(values).astype(float),
            ]
        for name, known in self.categories.items():
            columns += [(frame[name] == value).fill_null(value=False).to_numpy() for value in known]
        return (
            np.stack(columns, axis=1).astype(np.float64) if columns else np.zeros((frame.height, 1))
        )


@dataclass(frozen=True, eq=False)
class Typicality:
    """How far rows lie from the reference rows: two distances a row, shape (n, 2).

    The mean Euclidean distance to the five nearest reference rows, and Mahalanobis' distance
    (1936) from their mean.
    """

    space: Space
    reference: np.ndarray
    whitening: np.ndarray

    @classmethod
    def of(cls, frame: pl.DataFrame, texts: set[str]) -> Typicality:
        """Learn it from reference rows, of which there is at least one."""
        space = Space.of(frame, texts)
        points = space.points(frame)
        centred = points - points.mean(axis=0)
        covariance = centred.T @ centred / max(1, len(points) - 1)
        ridge = 1e-2 * max(1.0, float(np.trace(covariance)) / len(covariance))
        inverse = np.linalg.inv(covariance + ridge * np.eye(len(covariance)))
        return cls(space, points, np.linalg.cholesky(inverse))

    def distances(self, frame: pl.DataFrame) -> np.ndarray:
        """Both distances of each row, shape (n, 2)."""
        points = self.space.points(frame)
        far = ((points - self.reference.mean(axis=0)) @ self.whitening) ** 2
        near = np.empty(len(points))
        most = min(NEIGHBOURS, len(self.reference))
        norm = (self.reference**2).sum(axis=1)
        block = max(1, _BLOCK // len(self.reference))
        for start in range(0, len(points), block):
            part = points[start : start + block]
            square = (part**2).sum(axis=1)[:, None] + norm - 2.0 * part @ self.reference.T
            nearest = np.partition(np.maximum(square, 0.0), most - 1, axis=1)[:, :most]
            near[start : start + block] = np.sqrt(nearest).mean(axis=1)
        return np.stack([near, np.sqrt(far.sum(axis=1))], axis=1)


@dataclass(frozen=True, eq=False)
class Detector:
    """Alarms where one of several scores is high among those of clean rows.

    `clean` holds the sorted scores of calibrating rows, shape (m, scores); `limit` is the greatest
    share of them that a row's scores may exceed.
    """

    clean: np.ndarray
    limit: float

    @classmethod
    def calibrated(cls, scores: np.ndarray, rate: float) -> Detector:
        """Set the limit so that a share `rate` of new clean rows alarms at most, on average.

        `scores` (m, scores) are those of clean rows; the limit is a conformal quantile (Vovk,
        Gammerman and Shafer 2005) of the greatest rank among a row's scores.
        """
        clean = np.sort(scores, axis=0)
        greatest = np.sort(_ranks(clean, scores).max(axis=1))
        place = math.ceil((len(scores) + 1) * (1.0 - rate)) - 1
        limit = float(greatest[place]) if place < len(greatest) else math.inf
        return cls(clean, limit)

    def alarms(self, scores: np.ndarray) -> np.ndarray:
        """Whether each row's scores, shape (n, scores), give an alarm; bool (n,)."""
        return np.asarray(self.excess(scores) > 0)

    def excess(self, scores: np.ndarray) -> np.ndarray:
        """How far the greatest rank of a row's scores lies beyond the limit, shape (n,)."""
        kept = _ranks(self.clean[:, : scores.shape[1]], scores).max(axis=1)
        return np.asarray(kept - self.limit)


def _mean(values: np.ndarray) -> float:
    return float(values[np.isfinite(values)].mean())


def _ranks(clean: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """The share of clean scores below each score, column by column, shape (n, scores)."""
    columns = [
        np.searchsorted(clean[:, at], scores[:, at], side="left") for at in range(scores.shape[1])
    ]
    return np.stack(columns, axis=1) / len(clean)
