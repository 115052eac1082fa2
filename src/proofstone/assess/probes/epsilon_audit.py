"""Whether one training run keeps to the privacy loss that is claimed for it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from proofstone.assess.inference.membership import coins, rmia
from proofstone.assess.inference.references import References, unfit
from proofstone.assess.measured import measured, settings
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Probing, probe
from proofstone.core.errors import InputError
from proofstone.core.finding import Finding, Verdict
from proofstone.core.i18n import message
from proofstone.measures.intervals import Interval
from proofstone.measures.one_run import epsilon_bound
from proofstone.models.contract import Predict

_NAME = "epsilon_audit"
_METRIC = "epsilon_lower_bound"
_CONTROL = 0.999
_FEWEST = 4
_SHARE = 0.1
_ROWS = 10_000


@probe(needs=Predict, rows=lambda case: 0, family="privacy", metrics=(_METRIC,), shadows=True)
def epsilon_audit(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """The privacy loss epsilon that one run refutes at the level asked for: a claim below it fails.

    Each row was or was not in the run by a fair coin; RMIA, told of the other shadow models alone,
    guesses the coins of a tenth of the rows (`guesses`, a share): those of highest score as in,
    those of lowest as out. So many right guesses bound epsilon from below (Steinke, Nasr and
    Jagielski 2023), at the level of the finding, one-sided, for `delta` (0 unless set). Both ends
    of the interval are the bound: it is what a gate judges. Where `claimed_epsilon` is set, the
    finding fails if the bound exceeds it.

    Null test: guesses of coins that were tossed anew must refute no epsilon at 99.9 %, or the bound
    is withheld.

    Not covered: proof that a claim holds, which no audit gives; stronger attackers, or rows made to
    be remembered, may find more. The bound is about the run on half the rows, with the settings
    given; a claim must hold for it too. Rows that a group's coin decides together.
    """
    yield from ()
    shadows, absent, chosen = case.shadows, _absent(case), settings(case, _NAME)
    if shadows is None or absent is not None:
        verdict, reason = absent or (Verdict.NOT_RUN, "")
        return [
            Finding(
                probe=_NAME, metric=_METRIC, verdict=verdict, reason=reason, evidence="procedure"
            )
        ]
    claim, delta = _number(chosen, "claimed_epsilon"), _number(chosen, "delta") or 0.0
    references = References.some(case, shadows, _ROWS, rng)
    drawn = references.supposing(coins(references.member, rng))
    rows = references.member.shape[1]
    guesses = max(2, int(rows * (_number(chosen, "guesses") or _SHARE)) // 2 * 2)
    right, null = (_right(one.member[0], rmia(one)[0], guesses) for one in (references, drawn))

    def ends(level: float) -> Interval[float]:
        bound = epsilon_bound(right, guesses, rows, level, delta)
        return Interval(bound, bound)

    refuted = epsilon_bound(null, guesses, rows, _CONTROL, delta)
    finding = measured(
        case,
        _NAME,
        _METRIC,
        ends(case.level_of(_METRIC)).low,
        ends,
        n=rows,
        method=message("one-run audit, binomial tail"),
        evidence="procedure",
        details={
            "guesses": guesses,
            "right": right,
            "delta": delta,
            "claimed_epsilon": claim,
            "shadows": len(references),
            "null": {"right": null, "epsilon": refuted, "void": refuted > 0.0},
        },
    )
    if refuted > 0.0:
        reason = message("the null test found members where there were none")
        return [finding.judged(value=None, low=None, high=None, reason=reason)]
    return [_held(finding, claim)]


def _held(finding: Finding, claim: float | None) -> Finding:
    """The finding beside the claim: an audit can refute it, not prove it."""
    if claim is None or finding.value is None:
        return finding
    if finding.value > claim:
        return finding.judged(
            limit=claim,
            direction="max",
            verdict=Verdict.FAIL,
            reason=message("more guesses come right than the claimed epsilon allows"),
        )
    return finding.judged(
        limit=claim,
        direction="max",
        verdict=Verdict.INCONCLUSIVE,
        reason=message("the audit does not refute the claim; none can prove it"),
    )


def _right(member: np.ndarray, score: np.ndarray, guesses: int) -> int:
    """How many of `guesses` come right: half say in, for the highest scores, half out."""
    order = np.argsort(score, kind="stable")
    half = guesses // 2
    return int(member[order[-half:]].sum() + (~member[order[:half]]).sum())


def _number(chosen: Mapping[str, Any], name: str) -> float | None:
    value = chosen.get(name)
    if value is None:
        return None
    most = 1.0 if name in ("delta", "guesses") else math.inf
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0 <= value <= most or (name == "guesses" and not value):
        raise InputError(
            f"assess.settings.{_NAME}.{name}: {value!r} is no number from 0 to {most}",
            hint="epsilon and delta are those that are claimed; guesses a share of rows above 0",
        )
    return float(value)


def _absent(case: DecisionCase) -> tuple[Verdict, str] | None:
    if settings(case, "shadows").get("together"):
        reason = message("rows that stay together share a coin; the audit takes one a row")
        return Verdict.NOT_APPLICABLE, reason
    return unfit(case, _FEWEST)
