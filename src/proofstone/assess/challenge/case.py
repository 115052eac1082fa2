"""The case of a challenge: rows to decide about, and what the champion answers to each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from proofstone.assess.foreign.recorded import features, people
from proofstone.assess.labels import column, read_labels, read_scores
from proofstone.assess.predictions import Threshold, decision_threshold
from proofstone.assess.usable import Sieve
from proofstone.checks.cases import DecisionCase
from proofstone.core.errors import DataError
from proofstone.core.finding import Finding
from proofstone.models.contract import Model, Signature
from proofstone.models.predictions import Recorded
from proofstone.models.rows import Rows


@dataclass(frozen=True, eq=False)
class Answers:
    """What one model answers: `score` and `threshold`, float64 (n,).

    Raises:
        DataError: a score is no probability; names the row.
    """

    score: np.ndarray
    threshold: np.ndarray

    def __post_init__(self) -> None:
        odd = ~((self.score >= 0) & (self.score <= 1))
        if odd.any():
            row = int(odd.argmax())
            raise DataError(
                f"row {row}: the score {self.score[row]} is no probability",
                hint="give the probability of the positive class, from 0 to 1",
            )

    @property
    def decided(self) -> np.ndarray:
        """Whether each row's score reaches its threshold: bool (n,)."""
        return np.asarray(self.score >= self.threshold)


@dataclass(frozen=True, kw_only=True, eq=False)
class Challenge(DecisionCase):
    """Rows that a challenger decides about, and what the `champion` answers to the same rows.

    `threshold` is the challenger's.
    """

    champion: Answers


@dataclass(frozen=True, eq=False)
class Duel:
    """A challenge, the challenger that is asked, and the name of the positive class.

    `sieve` says which rows of a file could not be used.
    """

    case: Challenge
    model: Model
    positive: str
    sieve: Sieve | None = None

    def at(self, level: float, levels: Mapping[tuple[str, str], float], margin: float) -> Challenge:
        """The case with its confidence levels and the worsening that is accepted."""
        told: dict[str, Any] = {"challenge": {"margin": margin}}
        return replace(self.case, level=level, levels=levels, settings=told)

    def told(self, findings: list[Finding]) -> list[Finding]:
        """The findings, with what was left out beside them."""
        return findings if self.sieve is None else self.sieve.told(findings)


def recorded_duel(
    frame: pl.DataFrame,
    *,
    label: str,
    champion: str,
    challenger: str,
    protected: Sequence[str] = (),
    positive: str | None = None,
    threshold: Threshold = None,
) -> Duel:
    """Return the duel of two score columns of a predictions table.

    Both decide at `threshold`; `base_rate` has each decide as many rows positive as are positive.
    Rows whose label or score cannot be used are left out, and findings say so.

    Raises:
        DataError: a column is absent, no row can be used, the label has one class, or one column
            is named for both.
        InputError: the threshold is not between 0 and 1.
    """
    if champion == challenger:
        raise DataError(
            f"column {champion} is named for both models",
            hint="name the champion's scores and the challenger's",
        )
    sieve = Sieve(frame.height)
    labels = read_labels(column(frame, label), positive, sieve.refuse)
    names = (champion, challenger)
    read = [read_scores(column(frame, name), sieve.refuse) for name in names]
    target = sieve.kept(labels.target)
    first, second = (
        Answers(one, np.full(len(one), decision_threshold(threshold, one, target)))
        for one in map(sieve.kept, read)
    )
    groups = {name: sieve.kept(one) for name, one in people(frame, protected).items()}
    duel = answered_duel(target, (labels.negative, labels.positive), first, second, groups)
    return replace(duel, sieve=sieve)


def answered_duel(
    target: np.ndarray,
    names: tuple[str, str],
    champion: Answers,
    challenger: Answers,
    protected: Mapping[str, np.ndarray],
    **more: Any,
) -> Duel:
    """Return the duel of two models whose answers are known: `target` int64 (n,), 1 positive.

    `names` are those of the negative and the positive class; `more` goes to the case.
    """
    rows = Rows.of(pl.DataFrame({"row": np.arange(len(target))}))
    signature = Signature(features(rows.frame), "probabilities", names, names[1])
    case = Challenge(
        rows=rows,
        target=target,
        threshold=challenger.threshold,
        protected=protected,
        champion=champion,
        **more,
    )
    return Duel(case, Recorded(rows, challenger.score, signature), names[1])
