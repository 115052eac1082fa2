"""What reference models say of each row, the attacked model and its complement left out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from proofstone.assess.measured import settings
from proofstone.checks.cases import DecisionCase
from proofstone.checks.shadows import Shadows
from proofstone.core.finding import Verdict
from proofstone.core.i18n import message

_FINEST = 2.0**-23


@dataclass(frozen=True, eq=False)
class Moments:
    """Mean and sum of squares about it, shape (m, n), of `count` (m, n) reference models."""

    count: np.ndarray
    mean: np.ndarray
    squares: np.ndarray

    def variance(self, pooled: bool) -> np.ndarray:
        """The variance: of each row by itself, or one for all rows, shape (m, n) or (m, 1).

        That of a row is never below a ten-thousandth of the common one, which is positive.
        """
        freedom = np.maximum(self.count - 1, 0)
        total = self.squares.sum(axis=1, keepdims=True)
        common = total / np.maximum(freedom.sum(axis=1, keepdims=True), 1) + 1e-12
        if pooled:
            return np.asarray(common)
        return np.asarray(np.maximum(self.squares / np.maximum(freedom, 1), 1e-4 * common))


@dataclass(frozen=True, eq=False)
class References:
    """Each of m shadow models attacked in turn, the others being its references.

    `member` (bool, (m, n)), `right` the probability that each model gives a row's true class,
    (m, n). Where a model's complement is among the shadows (fitted on exactly the other rows),
    it is left out with it: it would give the coins away, and without it each row has as many
    references that saw it as such that did not, whatever the attacked model saw.
    """

    member: np.ndarray
    right: np.ndarray

    @classmethod
    def of(cls, shadows: Shadows, target: np.ndarray) -> References:
        """References of `shadows` for rows of label `target` (0 or 1, (n,)).

        Probabilities are kept 2^-23 away from 0 and 1: shadows are recorded in single precision.
        """
        score = np.clip(np.asarray(shadows.score, dtype=np.float64), _FINEST, 1.0 - _FINEST)
        return cls(np.asarray(shadows.member), np.where(target == 1, score, 1.0 - score))

    @classmethod
    def some(
        cls, case: DecisionCase, shadows: Shadows, most: int, rng: np.random.Generator
    ) -> References:
        """References for at most `most` rows of the case, drawn without looking at members."""
        if len(case) <= most:
            return cls.of(shadows, case.target)
        kept = np.sort(rng.choice(len(case), most, replace=False))
        few = Shadows(shadows.member[:, kept], shadows.score[:, kept])
        return cls.of(few, case.target[kept])

    def __len__(self) -> int:
        return len(self.member)

    def supposing(self, member: np.ndarray) -> References:
        """The same models, as if they had been fitted on other rows."""
        return References(member, self.right)

    @cached_property
    def confidence(self) -> np.ndarray:
        """The log-odds of the true class, shape (m, n) (Carlini et al. 2022, section VI)."""
        return np.asarray(np.log(self.right) - np.log1p(-self.right))

    @cached_property
    def pairs(self) -> np.ndarray:
        """The cluster of each model, (m,): it and its complement share one."""
        cluster = np.full(len(self.member), -1, dtype=np.int64)
        fresh = 0
        for at, one in enumerate(self.complement):
            if cluster[at] < 0:
                cluster[at] = cluster[one] = fresh
                fresh += 1
        return cluster

    @cached_property
    def complement(self) -> np.ndarray:
        """The place of each model's complement, (m,); its own where it has none."""
        places = {mask.tobytes(): at for at, mask in enumerate(self.member)}
        return np.array([places.get((~mask).tobytes(), at) for at, mask in enumerate(self.member)])

    def moments(self, values: np.ndarray, *, saw: bool) -> Moments:
        """Moments of `values` (m, n) over the references that saw a row, or that did not."""
        centre = values.mean(axis=0)
        about = values - centre
        chosen = self.member if saw else ~self.member
        own = np.where(chosen, about, 0.0)
        alone = (self.complement == np.arange(len(self.member)))[:, None]
        left = np.where(alone, 0.0, own[self.complement]) + own
        gone = np.where(alone, chosen, chosen | chosen[self.complement])
        count = chosen.sum(axis=0) - gone
        total = own.sum(axis=0) - left
        squares = (own**2).sum(axis=0) - left**2
        size = np.maximum(count, 1)
        return Moments(count, centre + total / size, np.maximum(squares - total**2 / size, 0.0))


def unfit(case: DecisionCase, fewest: int) -> tuple[Verdict, str] | None:
    """Why the shadow models of `case` serve no attack that takes `fewest`; None where they do."""
    shadows = case.shadows
    if shadows is None:
        known = str(settings(case, "shadows").get("without") or "")
        return Verdict.NOT_APPLICABLE, known or message(
            "there are no shadow models: the model was not trained here"
        )
    if len(shadows) < fewest or shadows.member.shape[1] < 2:
        reason = message("{n} shadow models are too few; it takes {least}")
        return Verdict.NOT_RUN, reason.format(n=len(shadows), least=fewest)
    if not np.isfinite(shadows.score).all():
        return Verdict.NOT_RUN, message("a shadow model answered NaN or infinity")
    return None
