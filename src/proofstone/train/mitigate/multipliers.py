"""The grid of Lagrange multipliers that constrained training tries."""

from __future__ import annotations

from itertools import count, product

import numpy as np
import pandas as pd
from fairlearn.reductions import Moment

POINTS = 17
LIMIT = 8.0


def multipliers(moment: Moment) -> pd.DataFrame:
    """Return one column a grid point, for a fairlearn `moment` that has its data loaded.

    Integer points of L1 norm at most n, on the moment's basis, with the least n that gives
    `POINTS` of them; one of norm k is stretched to norm `LIMIT` * (k / n)². A squared scale is
    fine near 0, where groups of equal size differ, and still reaches the multipliers that a small
    group needs. The basis leaves out the group that comes last in the moment's data.
    """
    size = moment.pos_basis.shape[1]
    for reach in count(1):
        points = [point for point in product(range(-reach, reach + 1), repeat=size)
                  if sum(map(abs, point)) <= reach]  # fmt: skip
        if len(points) >= POINTS:
            break
    norms = np.array([sum(map(abs, point)) for point in points])
    scaled = np.array(points, dtype=np.float64) * (LIMIT * norms / reach**2)[:, None]
    up = pd.DataFrame(np.maximum(scaled, 0.0).T, index=moment.pos_basis.columns)
    down = pd.DataFrame(np.maximum(-scaled, 0.0).T, index=moment.neg_basis.columns)
    grid: pd.DataFrame = moment.pos_basis.dot(up) + moment.neg_basis.dot(down)
    return grid
