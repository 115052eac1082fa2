"""Whether inputs made to flip a decision can be told from honest ones, even by who knows how."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from proofstone.assess.attack.boundary import Found, Target, most_asked, search
from proofstone.assess.attack.detector import Detector, Typicality
from proofstone.assess.attack.inputs import Inputs, askable, free_texts, inputs_of
from proofstone.assess.attack.noise import noisy, spreads
from proofstone.assess.measured import decisions, measured, settings
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.intervals import wilson
from proofstone.models.contract import Predict
from proofstone.models.rows import Rows

_ROWS = 100
_CLEAN = 500
_LEAST = 60
_RATE = 0.05
_COPIES = 8
_NOISE = 0.1
_DEPTHS = (0.0, 0.5, 1.5)
_AVOID = 10.0

Asking = Generator[Ask, np.ndarray, np.ndarray]


def _attacked(case: DecisionCase) -> int:
    return int(settings(case, "adversarial_detection").get("rows", _ROWS))


def _rows(case: DecisionCase) -> int:
    clean = 2 * min(len(case), _CLEAN)
    attacked = min(len(case), _attacked(case))
    each = (1 + len(_DEPTHS)) * (most_asked(inputs_of(case)) + 1 + _COPIES)
    return len(case) + clean * (1 + _COPIES) + attacked * each


@probe(
    needs=Predict,
    rows=_rows,
    family="robustness",
    metrics=("detector_false_alarm_rate", "attack_detection_rate", "adaptive_detection_rate"),
)
def adversarial_detection(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """False alarms of a detector on honest rows; attacks that it finds, by two attackers.

    The detector sees a row's distance to its five nearest reference rows, its Mahalanobis distance
    (Lee et al. 2018, on inputs), and how often its decision changes under noise of 0.1 standard
    deviations (Roth, Kilcher and Hofmann 2019; 8 copies). It alarms where any of them is high
    among honest rows, at 5 % (`rate`) false alarms on a part of the rows; the rate is measured on
    another part. Attacks are those of `boundary_attack` on at most 100 rows (`rows`). The second
    attacker knows the detector and its limits: the search avoids distances that alarm, seeks flips
    0, 0.5 and 1.5 log-odds beyond the threshold, and uses any that the detector lets pass
    (Carlini and Wagner 2017; Tramer et al. 2020). An attack counts as found by it where every one
    of the attacker's tries gives an alarm; both rates are of the rows that the first can flip.

    Not covered: attackers who search longer or otherwise; a detector other than this one.
    """
    inputs, n = inputs_of(case), len(case)
    if not inputs or n < _LEAST:
        return [_absent(case, message("too few rows, or no input may change"))]
    clean = decisions(case, (yield Ask(case.rows, Predict())))
    order = rng.permutation(n)
    third = n // 3
    parts = [
        np.sort(part[:_CLEAN])
        for part in (order[:third], order[third : 2 * third], order[2 * third :])
    ]
    reference, calibrating, measuring = parts
    typical = Typicality.of(case.rows.frame[reference], free_texts(case))
    judge = _Judge(case, typical, spreads(case.rows.frame), rng)
    honest = yield from judge.scores(case.rows.take(calibrating), calibrating, clean[calibrating])
    others = yield from judge.scores(case.rows.take(measuring), measuring, clean[measuring])
    rate = float(settings(case, "adversarial_detection").get("rate", _RATE))
    detector = Detector.calibrated(honest, rate)
    alarms = detector.alarms(others)
    false_alarms = _rate(case, "detector_false_alarm_rate", alarms, {"asked": rate})
    right = measuring[clean[measuring] == (case.target[measuring] == 1)]
    right = np.sort(rng.permutation(right)[: _attacked(case)])
    if not len(right):
        return [false_alarms, _absent(case, message("no decision is right"))]
    attacker = _Attacker(judge, detector, inputs, right, clean[right])
    plain = yield from attacker.search(0.0, aware=False)
    if not plain.flipped.any():
        return [false_alarms, _absent(case, message("no decision could be flipped"))]
    found = yield from attacker.alarms(plain)
    caught = found | ~plain.flipped
    for depth in _DEPTHS:
        aware = yield from attacker.search(depth, aware=True)
        if aware.flipped.any():
            alarmed = yield from attacker.alarms(aware)
            caught &= alarmed | ~aware.flipped
    return [
        false_alarms,
        _rate(case, "attack_detection_rate", found[plain.flipped], {}),
        _rate(case, "adaptive_detection_rate", caught[plain.flipped], {"depths": list(_DEPTHS)}),
    ]


def _absent(case: DecisionCase, reason: str) -> Finding:
    return Finding(
        probe="adversarial_detection",
        metric="attack_detection_rate",
        reason=reason,
        evidence=case.evidence,
    )


def _rate(case: DecisionCase, metric: str, hit: np.ndarray, details: dict[str, object]) -> Finding:
    return measured(
        case,
        "adversarial_detection",
        metric,
        float(hit.mean()),
        partial(wilson, float(hit.sum()), float(len(hit))),
        n=len(hit),
        method=message("Wilson"),
        details=details,
    )


@dataclass(frozen=True, eq=False)
class _Judge:
    """Computes what the detector sees of rows."""

    case: DecisionCase
    typical: Typicality
    spread: dict[str, float]
    rng: np.random.Generator

    def scores(self, rows: Rows, place: np.ndarray, decided: np.ndarray) -> Asking:
        """Two distances and the share of noisy copies decided otherwise, shape (n, 3).

        `place` says which row of the case each is, `decided` how it is decided itself.
        """
        copies = noisy(rows, self.spread, _NOISE, _COPIES, self.rng)
        answers = yield Ask(copies, Predict(), keep=False)
        threshold = np.repeat(self.case.threshold[place], _COPIES)
        otherwise = (answers[:, self.case.positive] >= threshold).reshape(-1, _COPIES)
        unsteady = (otherwise != decided[:, None]).mean(axis=1)
        return np.column_stack([self.typical.distances(rows.frame), unsteady])


@dataclass(frozen=True, eq=False)
class _Attacker:
    """Attacks the rows at `place` of the case, knowing the detector or not."""

    judge: _Judge
    detector: Detector
    inputs: Inputs
    place: np.ndarray
    decided: np.ndarray

    def search(self, depth: float, *, aware: bool) -> Generator[Ask, np.ndarray, Found]:
        """The cheapest change of each row that flips its decision `depth` log-odds deep."""
        case = self.judge.case
        rows = case.rows.take(self.place)
        target = Target(rows, case.threshold[self.place], self.decided, case.positive, depth)
        answers = yield Ask(rows, Predict())
        gap = target.gap(answers, np.arange(len(rows)))
        constraints = askable(case.constraints, case.rows.frame)
        objection = self._objection if aware else None
        found = yield from search(target, self.inputs, constraints, gap, objection)
        return found

    def alarms(self, found: Found) -> Asking:
        """Whether the detector alarms at each change."""
        case = self.judge.case
        rows = Rows(found.frame, case.rows.origin[self.place])
        flipped = np.where(found.flipped, ~self.decided, self.decided)
        scores = yield from self.judge.scores(rows, self.place, flipped)
        return self.detector.alarms(scores)

    def _objection(self, frame: pl.DataFrame) -> np.ndarray:
        """A price on changes whose distances alone give an alarm."""
        excess = self.detector.excess(self.judge.typical.distances(frame))
        return np.where(excess > 0, _AVOID * (1.0 + excess), 0.0)
