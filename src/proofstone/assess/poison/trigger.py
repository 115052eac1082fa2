"""What patterns do to decisions, and whether that is what a back door does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from proofstone.assess.poison.patterns import Pattern
from proofstone.measures.beta import beta_share
from proofstone.models.rows import Rows


@dataclass(frozen=True, eq=False)
class Question:
    """The rows that are asked about one pattern: set on some, and lifted from its carriers."""

    pattern: Pattern
    set_on: np.ndarray
    carriers: np.ndarray
    rows: Rows


def question(
    pattern: Pattern, rows: Rows, sample: np.ndarray, most: int, rng: np.random.Generator
) -> Question:
    """Set `pattern` on those of `sample` that do not carry it; lift it from `most` carriers."""
    others = np.setdiff1d(sample, pattern.carriers)
    carriers = pattern.carriers
    if len(carriers) > most:
        carriers = np.sort(rng.choice(carriers, most, replace=False))
    frames = [pattern.set_on(rows.frame[others])]
    for way in range(pattern.ways):
        donors = rows.frame[rng.choice(len(rows), len(carriers))]
        frames.append(pattern.lifted(rows.frame[carriers], donors, way))
    origins = np.concatenate([rows.origin[others], np.tile(rows.origin[carriers], pattern.ways)])
    return Question(pattern, others, carriers, Rows(pl.concat(frames), origins))


@dataclass(frozen=True, eq=False)
class Trigger:
    """What a pattern does. `positive` is the class that most of its rows are labelled with.

    Of `tried` rows that are decided otherwise, setting it turns `turned`. Of the `rows` that carry
    it a share `pure` has the class; the model without the pattern would say `expected` of them
    have. `pvalue` is the chance of as many, if the pattern did nothing.
    """

    pattern: Pattern
    positive: bool
    turned: int
    tried: int
    rows: int
    pure: float
    expected: float
    pvalue: float

    @property
    def success(self) -> float:
        """Share of the tried rows that it turns; nan without any."""
        return self.turned / self.tried if self.tried else np.nan


def trigger(
    asked: Question,
    score: np.ndarray,
    *,
    before: np.ndarray,
    threshold: np.ndarray,
    target: np.ndarray,
) -> Trigger:
    """Return what the answers say of a pattern.

    `score` are the answers to `asked.rows`; `before` (decisions), `threshold` and `target` have an
    entry for each row of the case. Each way of lifting gives a chance that as many carriers have
    the class (binomial with the mean of the probabilities, which bounds that of unequal ones:
    Hoeffding 1956); the greatest counts, since lifting any part undoes a trigger.
    """
    others, carriers = asked.set_on, asked.carriers
    positive = bool(target[asked.pattern.carriers].mean() >= 0.5)
    after = score[: len(others)] >= threshold[others]
    against = before[others] != positive
    k = int((target[carriers] == positive).sum())
    lifted = score[len(others) :].reshape(asked.pattern.ways, len(carriers))
    means = lifted.mean(axis=1) if positive else 1.0 - lifted.mean(axis=1)
    chances = [_at_least(k, len(carriers), float(one)) for one in means]
    return Trigger(
        asked.pattern,
        positive,
        int((against & (after == positive)).sum()),
        int(against.sum()),
        len(asked.pattern.carriers),
        float((target[asked.pattern.carriers] == positive).mean()),
        float(means.max()),
        max(chances),
    )


def _at_least(k: int, n: int, p: float) -> float:
    """The chance of at least k of n, each with probability p."""
    return beta_share(p, k, n - k + 1) if k else 1.0


def spectral_auc(design: np.ndarray, carriers: np.ndarray) -> float:
    """How well a row's spectral score tells those that carry a pattern from others of their class.

    `design` (n, d) are the class's rows, centred here; `carriers` (bool, (n,)). The score is the
    square of a row's part along the first right singular vector (Tran, Li and Madry 2018). The
    area under the ROC curve; nan where all or none carry it.
    """
    m = int(carriers.sum())
    if m in (0, len(carriers)):
        return float("nan")
    centred = design - design.mean(axis=0)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    score = (centred @ vectors[:, -1]) ** 2
    place = np.argsort(np.argsort(score, kind="stable"), kind="stable") + 1
    return float((place[carriers].sum() - m * (m + 1) / 2) / (m * (len(carriers) - m)))
