"""How the loss of a linear model of a table changes with the numbers of a row."""

from __future__ import annotations

import numpy as np
import polars as pl

from proofstone.models.calibration import Calibration, Sigmoid
from proofstone.models.contract import OTHER, RIGHT, Gradient
from proofstone.models.prepare.clip import Clip
from proofstone.models.prepare.prepared import Prepared
from proofstone.models.prepare.scale import Scale
from proofstone.models.prepare.values import column
from proofstone.models.runtimes.linear import Linear

_TINY = 1e-12


def margin_slopes(prepared: Prepared, linear: Linear, frame: pl.DataFrame) -> np.ndarray:
    """How the margin changes with each numeric input, float64 (n, numeric inputs).

    Exact wherever there is a slope: a number counts by its coefficient over the spread that it was
    scaled by; beyond the bounds that it is clipped to, and where it is missing, not at all. At a
    bound itself it is the slope from the inside.

    Raises:
        RowError: a column is absent or a value does not fit; names row and field.
    """
    names = [one.name for one in prepared.features if one.kind == "number"]
    places = {name: place for place, name in enumerate(prepared.names)}
    columns = prepared.encode.read(frame)
    slopes = np.zeros((frame.height, len(names)))
    for at, name in enumerate(names):
        inside, spread = ~np.isnan(columns[name]), 1.0
        for one in prepared.transforms:
            if isinstance(one, Clip) and name in one.low:
                inside &= (columns[name] >= one.low[name]) & (columns[name] <= one.high[name])
            elif isinstance(one, Scale) and name in one.spread:
                spread *= one.spread[name]
        slopes[:, at] = np.where(inside, linear.coef[places[name]] / spread, 0.0)
    return slopes


def calibrated_slope(calibration: Calibration) -> float:
    """How fast calibrated log-odds rise with the margin.

    Steps (isotonic) stand still between them, so that an attack would be lost there: the margin
    itself is followed in their place, which rises where they do (Athalye et al. 2018).
    """
    return -calibration.a if isinstance(calibration, Sigmoid) else 1.0


def loss_slope(
    operation: Gradient, rows: pl.DataFrame, score: np.ndarray, positive: int
) -> np.ndarray:
    """How the loss of each row changes with the log-odds of `score`, shape (n,).

    `score` (n,) is the probability of the positive class, which stands at `positive` among two.
    `rows` say which class is right; between two classes, the other one is always the other.

    Raises:
        RowError: a row does not say which class is right.
    """
    right = column(rows, RIGHT).to_numpy() == positive
    column(rows, OTHER)
    if operation.loss == "cross_entropy":
        return np.asarray(score - right)
    away = np.where(right, -1.0, 1.0)
    if operation.loss == "margin":
        return away
    share = np.clip(score, _TINY, 1.0 - _TINY)
    apart = np.abs(np.log(share) - np.log1p(-share))
    return np.asarray(away * _TINY / (apart + _TINY) ** 2)
