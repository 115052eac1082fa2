"""The field of a case: which of its numbers an attack may move, and how far."""

from __future__ import annotations

import numpy as np
import polars as pl

from proofstone.assess.attack.gradient.field import Field
from proofstone.assess.attack.inputs import askable, number
from proofstone.assess.attack.noise import spreads
from proofstone.checks.cases import ClassesCase, DecisionCase
from proofstone.models.constraints import Constraints

_TINY = 1e-12


def movable(case: DecisionCase | ClassesCase) -> tuple[list[str], np.ndarray]:
    """The columns that an attack moves, and their places among the numeric inputs.

    Columns of floating numbers that vary and whose constraints let them change. Where all values
    are whole numbers, whatever their type, they cannot be moved a little.
    """
    frame = case.rows.frame
    inputs = [] if case.model is None else case.model.signature.inputs
    numeric = [one.name for one in inputs if one.kind == "number"]
    numeric = numeric or [name for name in frame.columns if frame.schema[name].is_numeric()]
    varying = spreads(frame)
    free = set(constraints_of(case).free(numeric))
    kept = [name for name in numeric
            if name in free and name in varying and _broken(frame[name])]  # fmt: skip
    return kept, np.array([numeric.index(name) for name in kept], dtype=np.int64)


def _broken(series: pl.Series) -> bool:
    """Whether some value is no whole number."""
    return series.dtype.is_float() and bool((series != series.round()).any())


def constraints_of(case: DecisionCase | ClassesCase) -> Constraints:
    """What the case says of possible changes; nothing, for one of several classes."""
    if isinstance(case, DecisionCase):
        return askable(case.constraints, case.rows.frame)
    return Constraints()


def field_of(case: DecisionCase | ClassesCase, kept: np.ndarray, *, raw: bool) -> Field:
    """The field of the rows at `kept`, in standard deviations, or in the columns' units (`raw`).

    Points stay within what was observed of each column and within its bounds.
    """
    names, places = movable(case)
    constraints = constraints_of(case)
    rows = case.rows.take(kept)
    start, low, high = (np.zeros((len(rows), len(names))) for _ in range(3))  # in own units
    scale = np.ones(len(names))
    spread = spreads(case.rows.frame)
    for at, name in enumerate(names):
        scale[at] = 1.0 if raw else spread[name]
        bounds, every = constraints.of(name), number(case.rows.frame[name])
        values = number(rows.frame[name])
        least = np.nanmin(every) if bounds.low is None else max(np.nanmin(every), bounds.low)
        most = np.nanmax(every) if bounds.high is None else min(np.nanmax(every), bounds.high)
        bottom = values if bounds.change == "up" else np.minimum(values, least)
        top = values if bounds.change == "down" else np.maximum(values, most)
        for points, found in ((start, values), (low, bottom), (high, top)):
            points[:, at] = np.nan_to_num(found)
    label, offset = _decided_by(case, kept)
    return Field(rows, names, places, scale, start, low, high, label, offset, constraints)


def _decided_by(
    case: DecisionCase | ClassesCase, kept: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The right class of each row, and what is taken from each log-probability."""
    if isinstance(case, ClassesCase):
        return case.target[kept], np.zeros((len(kept), len(case.classes)))
    right = case.target[kept] == 1
    label = np.where(right, case.positive, 1 - case.positive).astype(np.int64)
    threshold = np.clip(case.threshold[kept], _TINY, 1.0 - _TINY)
    offset = np.stack([np.log1p(-threshold), np.log(threshold)], axis=1)
    return label, offset if case.positive == 1 else offset[:, ::-1]
