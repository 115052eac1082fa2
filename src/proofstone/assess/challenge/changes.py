"""What the challenger changes: each metric's change on the same rows, with its interval."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np

from proofstone.assess.challenge.case import Answers, Challenge
from proofstone.assess.labels import grouped
from proofstone.assess.measured import Ends, measured, settings
from proofstone.core.finding import FIRST, Finding, Verdict
from proofstone.core.i18n import message
from proofstone.measures.classification import log_losses, roc_auc, squared_errors
from proofstone.measures.groups import difference, rate
from proofstone.measures.intervals import Interval, mean_interval, wilson
from proofstone.measures.paired import (
    delong_change,
    delong_change_interval,
    gap_change,
    gap_change_interval,
    mcnemar,
    pair_up,
    paired_bootstrap,
    paired_difference_interval,
    standing,
)

SCORES = ("roc_auc_change", "log_loss_change", "brier_score_change")
RATES = (
    "accuracy_change",
    "selection_rate_change",
    "false_positive_rate_change",
    "false_negative_rate_change",
)
GAPS = (
    "selection_rate_difference_change",
    "true_positive_rate_difference_change",
    "false_positive_rate_difference_change",
)
METRICS = (*SCORES, *RATES, "decision_change_rate", *GAPS)

GREATEST = frozenset({"roc_auc_change", "accuracy_change"})
"""Changes of which more is better."""

NEITHER = frozenset({"decision_change_rate", "selection_rate_change"})
"""Changes of which neither more nor less is better in itself; of the others less is."""

MARGIN = 0.01
"""The worsening that is accepted unless another is declared."""

MOST_RESAMPLED = 50_000
"""More rows than this have Student's interval: resampling them finds the same ends slowly."""

_ABSENT = message("the rows do not determine it")
_ONE_CLASS = message("the rows hold one class only")


def changes(case: Challenge, challenger: Answers, rng: np.random.Generator) -> list[Finding]:
    """Return the findings about all rows, then those about each protected column."""
    found = [_auc(case, challenger)]
    found += _losses(case, challenger, rng)
    found += _rates(case, challenger)
    for name in case.protected:
        found += _gaps(case, challenger, name, rng)
    margin = float(settings(case, "challenge").get("margin", MARGIN))
    return [one if one.metric in NEITHER else _told(one, margin) for one in found]


def unmeasured(
    asked: Iterable[tuple[str, str]], reason: str, *, first: bool = False
) -> list[Finding]:
    """Return why each change that a gate asks for was not measured; nothing of other metrics.

    `asked` are metric and subject. `first`: nothing stands that could be changed from, so that the
    gates do not apply.
    """
    verdict = Verdict.NOT_APPLICABLE if first else Verdict.NOT_RUN
    return [
        Finding(
            probe="challenge",
            metric=metric,
            subject=subject,
            verdict=verdict,
            reason=reason,
            details={FIRST: True} if first else {},
        )
        for metric, subject in asked
        if metric in METRICS
    ]


def _told(finding: Finding, margin: float) -> Finding:
    """The finding with how the challenger stands to the champion by it."""
    low, high = (math.nan if end is None else end for end in (finding.low, finding.high))
    found = standing(Interval(low, high), margin, greatest=finding.metric in GREATEST)
    return finding.judged(details={**finding.details, "standing": found, "margin": margin})


def _finding(
    case: Challenge, metric: str, value: float, ends: Ends, n: int, method: str, **more: Any
) -> Finding:
    return measured(
        case, "challenge", metric, value, ends, n=n, method=method,
        **{"absent": _ABSENT, **more},
    )  # fmt: skip


def _sides(champion: float, challenger: float, **more: Any) -> dict[str, Any]:
    """Both values, where they are known, and what a test says of their equality."""
    both = {"champion": champion, "challenger": challenger, **more}
    return {name: float(value) for name, value in both.items() if np.isfinite(value)}


def _auc(case: Challenge, challenger: Answers) -> Finding:
    first, second = case.champion.score, challenger.score
    change = delong_change(case.target, first, second)
    areas = (roc_auc(case.target, one) for one in (first, second))
    return _finding(
        case,
        "roc_auc_change",
        change.value,
        partial(delong_change_interval, change),
        len(case),
        message("DeLong, two scores of the same rows"),
        absent=_ONE_CLASS,
        details=_sides(*areas, p=change.p),
    )


def _losses(case: Challenge, challenger: Answers, rng: np.random.Generator) -> Iterator[Finding]:
    for metric, loss in (("log_loss_change", log_losses), ("brier_score_change", squared_errors)):
        before, after = (loss(case.target, one.score) for one in (case.champion, challenger))
        change = after - before
        few = len(change) <= MOST_RESAMPLED
        seed = int(rng.integers(2**32))
        yield _finding(
            case,
            metric,
            float(change.mean()),
            partial(_resampled, change, seed) if few else partial(mean_interval, change),
            len(case),
            message("paired bootstrap of rows")
            if few
            else message("Student, paired differences of rows"),
            details=_sides(before.mean(), after.mean()),
        )


def _resampled(change: np.ndarray, seed: int, level: float) -> Interval[float]:
    return paired_bootstrap(change, level, np.random.default_rng(seed))


def _rates(case: Challenge, challenger: Answers) -> Iterator[Finding]:
    truth = case.target == 1
    first, second = case.champion.decided, challenger.decided
    everybody = np.ones(len(case), dtype=bool)
    about = {
        "accuracy_change": (everybody, first == truth, second == truth),
        "selection_rate_change": (everybody, first, second),
        "false_positive_rate_change": (~truth, first, second),
        "false_negative_rate_change": (truth, ~first, ~second),
    }
    for metric, (rows, one, other) in about.items():
        pairs = pair_up(one[rows], other[rows])
        test = mcnemar(pairs)
        n = max(1, pairs.rows)
        sides = ((pairs.both + alone) / n for alone in (pairs.first, pairs.second))
        yield _finding(
            case,
            metric,
            pairs.change,
            partial(paired_difference_interval, pairs),
            pairs.rows,
            message("Newcombe, paired shares"),
            details=_sides(*sides, p=test.mid, p_exact=test.exact)
            | {"pairs": dict(pairs._asdict())},
        )
    moved = int((first != second).sum())
    yield _finding(
        case,
        "decision_change_rate",
        moved / len(case),
        partial(wilson, moved, len(case)),
        len(case),
        message("Wilson"),
    )


def _gaps(
    case: Challenge, challenger: Answers, name: str, rng: np.random.Generator
) -> Iterator[Finding]:
    groups = grouped(case.protected[name])
    truth = case.target == 1
    first, second = case.champion.decided, challenger.decided
    about = dict(zip(GAPS, (np.ones(len(case), dtype=bool), truth, ~truth), strict=True))
    for metric, rows in about.items():
        sample = groups.codes[rows], first[rows], second[rows], len(groups.labels)
        seed = int(rng.integers(2**32))
        yield _finding(
            case,
            metric,
            gap_change(*sample),
            partial(_drawn, sample, seed),
            int(rows.sum()),
            message("Dirichlet draws of each group's pairs (Perks)"),
            subject=name,
            absent=message("fewer than two groups have rows to compare"),
            details=_sides(*_gap_sides(*sample)) | {"groups": _table(groups.labels, *sample)},
        )


def _drawn(
    sample: tuple[np.ndarray, np.ndarray, np.ndarray, int], seed: int, level: float
) -> Interval[float]:
    return gap_change_interval(*sample, level, np.random.default_rng(seed))


def _by_group(
    codes: np.ndarray, first: np.ndarray, second: np.ndarray, groups: int
) -> tuple[np.ndarray, ...]:
    """Rows and both models' rates of each group (k,)."""
    trials = np.bincount(codes, minlength=groups)
    counts = (np.bincount(codes, decided, groups) for decided in (first, second))
    return trials, *(rate(count.astype(np.int64), trials) for count in counts)


def _gap_sides(
    codes: np.ndarray, first: np.ndarray, second: np.ndarray, groups: int
) -> tuple[float, float]:
    _, before, after = _by_group(codes, first, second, groups)
    return difference(before), difference(after)


def _table(
    labels: tuple[str, ...], codes: np.ndarray, first: np.ndarray, second: np.ndarray, groups: int
) -> list[dict[str, Any]]:
    """Each group's rows and both rates; at most 50 groups, the largest first."""
    trials, before, after = _by_group(codes, first, second, groups)
    order = np.argsort(-trials, kind="stable")[:50]
    return [
        {"group": labels[at], "n": int(trials[at]), "champion": float(before[at]),
         "challenger": float(after[at])}
        for at in order.tolist()
        if trials[at]
    ]  # fmt: skip
