"""Parts of a class that a model sees as something of its own, and whether labels there add up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from proofstone.assess.poison.patterns import COMMON, PURE
from proofstone.measures.beta import beta_share
from proofstone.measures.components import components
from proofstone.measures.logistic import fit_logistic
from proofstone.measures.partition import distances, k_means

Method = Literal["clusters", "spectral"]

LEAST = 10
"""Rows in a part; of fewer, the odds by the model and by a regression differ by chance."""

STRANGE = 1.25
"""How many times its usual share a class may be likely, for rows that look like any others."""

LEARNT = 4.0
"""How many times the odds without a region must be, where the model has seen others like it."""

_DIRECTIONS = 10
_CLUSTERS = (2, 4, 8, 12)
_CORES = (1.0, 0.75)
_TAILS = (0.01, 0.025, 0.05, 0.1, 0.2)


@dataclass(frozen=True, eq=False)
class Region:
    """Rows (bool, (n,)) that lie where a part of the class `positive` does, whatever their label.

    `name` says which part it was.
    """

    method: Method
    name: str
    positive: bool
    rows: np.ndarray


@dataclass(frozen=True, eq=False)
class Judged:
    """What labels in a region should be, with others like it and without.

    `rows` lie in it, a share `pure` of them labelled with its class. The model gives them the class
    with a mean probability of `said`, a regression that was fitted on all other rows `expected`;
    `pvalue` is the chance of as many labels, if that were right.
    """

    region: Region
    rows: int
    pure: float
    said: float
    expected: float
    pvalue: float

    def strange(self, usual: float) -> bool:
        """Whether nothing else about the rows speaks for their labels.

        `usual` is the share of the class among all rows: carriers of a trigger are rows like any
        others, or like those of the other class.
        """
        return self.expected <= STRANGE * usual

    @property
    def learnt(self) -> bool:
        """Whether a model that has seen others like them says it all the same."""
        return self.said * (1 - self.expected) >= LEARNT * self.expected * (1 - self.said)


def regions(
    states: np.ndarray, target: np.ndarray, positive: bool, rng: np.random.Generator
) -> Iterator[Region]:
    """Yield the parts of a class that few rows lie in: at least 10, at most a tenth of all.

    `states` (n, d) are a model's activations. Clusters: the class's rows in their ten first
    directions are parted by k-means into 2, 4, 8 and 12 (Chen et al. 2018: two); a part is a
    region whole, and its three quarters nearest the centre. Spectral: 1, 2.5, 5,
    10 and 20 % of the class at either end of its first direction (Tran, Li and Madry 2018). Rows
    of the other class lie in a region where those of the class would.
    """
    own = target == positive
    mean = states[own].mean(axis=0)
    centred = states - mean
    along = centred @ components(centred[own], _DIRECTIONS, rng)
    if not along.shape[1]:
        return
    seen: set[bytes] = set()
    for region in _parts(along, own, positive, rng):
        rows = int(region.rows.sum())
        key = region.rows.tobytes()
        if LEAST <= rows <= COMMON * len(own) and key not in seen:
            seen.add(key)
            yield region


def _parts(
    along: np.ndarray, own: np.ndarray, positive: bool, rng: np.random.Generator
) -> Iterator[Region]:
    for k in _CLUSTERS:
        centres, _ = k_means(along[own], k, rng)
        far = distances(along, centres)
        owner = far.argmin(axis=1)
        for at in range(len(centres)):
            mine = owner == at
            if not (mine & own).any():
                continue
            for core in _CORES:
                edge = np.quantile(far[mine & own, at], core) if core < 1 else np.inf
                rows = mine & (far[:, at] <= edge)
                yield Region("clusters", f"{at + 1}/{k}", positive, rows)
    for share in _TAILS:
        for side in (1.0, -1.0):
            first = side * along[:, 0]
            rows = first >= np.quantile(first[own], 1.0 - share)
            yield Region("spectral", f"{'+' if side > 0 else '-'}{share:g}", positive, rows)


def judged(
    found: Sequence[Region], inputs: np.ndarray, target: np.ndarray, score: np.ndarray
) -> list[Judged]:
    """Return what each region's labels should be, in order.

    `score` (n,) are probabilities of the positive class by models that did not see the row. Chen et
    al. (2018) call it exclusionary reclassification: a model is fitted without the part, here a
    ridge logistic regression of `inputs` (n, d), and asked about it. The chance is binomial with
    the mean of the probabilities, which bounds that of unequal ones (Hoeffding 1956). Where labels
    do not all but agree, or the score does not make the class likelier than it is among all rows,
    nothing is fitted: expected is nan and the chance 1.
    """
    return [_judged(region, inputs, target, score) for region in found]


def _judged(region: Region, inputs: np.ndarray, target: np.ndarray, score: np.ndarray) -> Judged:
    inside, positive = region.rows, region.positive
    n = int(inside.sum())
    k = int((target[inside] == positive).sum())
    said = float(score[inside].mean() if positive else 1.0 - score[inside].mean())
    rest = target[~inside]
    likelier = said > float((target == positive).mean())
    if k < PURE * n or not likelier or rest.min() == rest.max():
        return Judged(region, n, k / n, said, float("nan"), 1.0)
    weights = fit_logistic(inputs[~inside], rest)
    margin = weights[0] + inputs[inside] @ weights[1:]
    expected = float((0.5 * (1.0 + np.tanh((margin if positive else -margin) / 2))).mean())
    return Judged(region, n, k / n, said, expected, beta_share(expected, k, n - k + 1))
