"""Whether a model of a table tells by its scores which rows it was fitted on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from proofstone.assess.inference.membership import ATTACKS, ENOUGH, Attack, coins, rmia
from proofstone.assess.inference.references import References, unfit
from proofstone.assess.measured import measured, settings
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Probing, probe
from proofstone.core.errors import InputError
from proofstone.core.finding import Finding, Verdict
from proofstone.core.i18n import message
from proofstone.measures.crossed import Crossed
from proofstone.measures.intervals import Interval
from proofstone.measures.multiplicity import bonferroni_level
from proofstone.models.contract import Predict

_NAME = "membership_rows"
_AUC = "row_membership_auc"
_RATES = {"row_membership_tpr_at_1_fpr": 0.01, "row_membership_tpr_at_01_fpr": 0.001}
_METRICS = (_AUC, *_RATES)
_CONTROL = 0.999
_FEWEST = 8
_USUAL = {"rows": 10_000, "gamma": 1.0}
_POINTS = 25


@probe(needs=Predict, rows=lambda case: 0, family="privacy", metrics=_METRICS, shadows=True)
def membership_rows(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """How well attacks tell the rows that a model was fitted on from those that it was not.

    Each shadow model is attacked in turn, the others being what the attacker knows: LiRA online
    and offline (Carlini et al. 2022), RMIA (Zarifzadeh, Liu and Shokri 2024), and the loss alone
    (Yeom et al. 2018). Guesses about all models and rows make one ROC curve. `row_membership_auc`
    is the chance that a member outscores another row; 0.5 says nothing leaks. The rates are the
    share of members found where 1 % and 0.1 % of other rows are taken for members. Subjects are
    the attacks; `all` is the strongest of them, its level corrected for the choice (Bonferroni).

    Null test: the same attack is told that the models were fitted on other rows, drawn by coins;
    its AUC must hold 0.5 in its interval at 99.9 %, or what the attack found is withheld.

    Not covered: the released model itself, which was fitted on all rows: its procedure is judged,
    on halves, where models remember a little more. Attackers who may ask about changed rows or who
    know the weights; what the search for settings gives away; rows that are copies of each other.
    """
    yield from ()
    shadows, absent = case.shadows, unfit(case, _FEWEST)
    if shadows is None or absent is not None:
        return [_nothing(metric, absent) for metric in _METRICS]
    chosen = settings(case, _NAME)
    most, gamma = (float(chosen.get(name, usual)) for name, usual in _USUAL.items())
    if most < 2 or gamma <= 0:
        raise InputError(
            f"assess.settings.{_NAME}: rows {most:g} or gamma {gamma:g} is too small",
            hint="rows are 2 or more; gamma is positive, and usually 1",
        )
    references = References.some(case, shadows, int(most), rng)
    supposed = references.supposing(coins(references.member, rng))
    attacks: dict[str, Attack] = {**ATTACKS, "rmia": partial(rmia, gamma=gamma)}
    found = [
        Attacked(
            name,
            Crossed(references.member, attack(references), references.pairs),
            Crossed(supposed.member, attack(supposed), supposed.pairs),
        )
        for name, attack in attacks.items()
    ]
    about = {
        "shadows": len(references),
        "variance": "row" if len(references) >= ENOUGH else "common",
    }
    return [one for metric in _METRICS for one in _of_metric(case, metric, found, about)]


@dataclass(frozen=True, eq=False)
class Attacked:
    """What one attack guessed, and what it guessed when told of other members."""

    name: str
    guesses: Crossed
    null: Crossed

    def value(self, metric: str) -> float:
        """The attack's value of `metric`."""
        return self.guesses.auc if metric == _AUC else self.guesses.found(_RATES[metric])

    def interval(self, metric: str, level: float) -> Interval[float]:
        """Its interval at `level`."""
        if metric == _AUC:
            return self.guesses.auc_interval(level)
        return self.guesses.found_interval(_RATES[metric], level)

    @property
    def curve(self) -> list[list[float]]:
        """Points (false, true positive rate) from 0.1 % on, evenly spread on a logarithmic axis."""
        rates = np.logspace(-3.0, 0.0, _POINTS).tolist()
        return [[rate, self.guesses.found(rate)] for rate in rates] if self.guesses.known else []

    @cached_property
    def control(self) -> dict[str, Any]:
        """What the null test found, and whether it voids the attack."""
        low, high = self.null.auc_interval(_CONTROL)
        return {"auc": self.null.auc, "low": low, "high": high, "void": not low <= 0.5 <= high}


def _nothing(metric: str, absent: tuple[Verdict, str] | None) -> Finding:
    verdict, reason = absent or (Verdict.NOT_RUN, "")
    return Finding(probe=_NAME, metric=metric, verdict=verdict, reason=reason, evidence="procedure")


def _of_metric(
    case: DecisionCase, metric: str, attacked: list[Attacked], about: dict[str, Any]
) -> list[Finding]:
    """The strongest attack, then each."""
    clusters = (
        message("clusters of rows and of models, logit scale")
        if metric == _AUC
        else message("clusters of rows and of models, Wilson")
    )
    told = partial(
        measured, case, _NAME, metric,
        n=int(attacked[0].guesses.score.shape[1]), evidence="procedure",
    )  # fmt: skip
    each = [
        _voided(
            told(
                one.value(metric),
                partial(one.interval, metric),
                subject=one.name,
                method=clusters,
                details=about | {"null": one.control},
            ),
            one.control["void"],
        )
        for one in attacked
    ]

    def strongest(level: float) -> Interval[float]:
        single = bonferroni_level(level, len(attacked))
        ends = [one.interval(metric, single) for one in attacked]
        return Interval(max(end.low for end in ends), max(end.high for end in ends))

    best = max(attacked, key=lambda one: one.value(metric))
    drawn = {"curve": best.curve} if metric == _AUC else {}
    whole = told(
        best.value(metric),
        strongest,
        method=message("the strongest of several attacks, Bonferroni"),
        details=about | {"attack": best.name} | drawn,
    )
    return [_voided(whole, any(one.control["void"] for one in attacked)), *each]


def _voided(finding: Finding, void: bool) -> Finding:
    if not void:
        return finding
    reason = message("the null test found members where there were none")
    return finding.judged(value=None, low=None, high=None, reason=reason)
