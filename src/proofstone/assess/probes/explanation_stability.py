"""Whether explanations hold under noise and other background, and decisions under refits."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from proofstone.assess.attack.noise import noisy, spreads
from proofstone.assess.equity.people import MOST_GROUPS, subjects
from proofstone.assess.explained import Chosen, background_of, chosen_of, names_of
from proofstone.assess.measured import measured, settings
from proofstone.checks.cases import ROW_CASES, DecisionCase, RowCase
from proofstone.checks.probe import Probing, probe
from proofstone.checks.shadows import Shadows
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.explain.several import SeveralExplainer, most_asked_of
from proofstone.explain.shapley import most_asked
from proofstone.measures.arrays import evenly
from proofstone.measures.intervals import Interval, mean_interval
from proofstone.measures.rank_agreement import kendall, spearman
from proofstone.measures.refits import deviation, disagreement
from proofstone.models.contract import Model, Predict
from proofstone.models.rows import Rows

_NAME = "explanation_stability"
_NOISE, _BACKGROUND = "attribution_noise_agreement", "attribution_background_agreement"
_DEVIATION, _DISAGREEMENT = "refit_score_deviation", "refit_disagreement"
_DRAWS, _SIGMA = 4, 0.05
_EXACT_ROWS, _ESTIMATED_ROWS, _FEWEST, _HYBRIDS = 100, 20, 5, 20_000
_EQUAL = message("all inputs count alike")


def _most_rows(case: RowCase) -> int:
    """What the model itself is asked: as it is, under noise, on other backgrounds."""
    draws, _ = _chosen(case)
    kept = _estimated(case)
    asked = most_asked_of(case.model, kept, len(names_of(case)))
    under_noise = most_asked_of(case.model, draws * kept, len(names_of(case)))
    return (1 + draws) * asked + under_noise + kept if asked else 0


def _estimated(case: RowCase) -> int:
    """How many rows are explained where values are estimated: fewer where inputs are many."""
    each = most_asked(case.model, 1)
    return min(len(case), _ESTIMATED_ROWS, max(_FEWEST, _HYBRIDS // max(1, each)))


@probe(
    needs=Predict,
    rows=_most_rows,
    family="attribution",
    metrics=(_NOISE, _BACKGROUND, _DEVIATION, _DISAGREEMENT),
    about=ROW_CASES,
    shadows=True,
)
def explanation_stability(case: RowCase, rng: np.random.Generator) -> Probing:
    """Rank agreement of explanations under noise, and what refits make of the same rows.

    Of at most 100 rows (20 or fewer where values are estimated) the inputs' Shapley values, as
    `shapley` has them for each kind of task, are ordered by size; the value is the mean
    Spearman correlation (1904) with their order after noise of 5 % (`sigma`) of each number's
    standard deviation, and with their order against resampled background rows, over 4 draws
    (`draws`). Of decisions, where shadows were fitted: the mean standard deviation of a row's
    score between those that never saw it, and the share of their pairs that decide differently
    about it (self-consistency: Cooper et al. 2024).

    Not covered: whether the explanation is right; explanations of refits, whose scores alone are
    kept.
    """
    yield ()
    refits = _refitted(case) if isinstance(case, DecisionCase) else []
    return [*_explained(case, rng), *refits]


def _explained(case: RowCase, rng: np.random.Generator) -> list[Finding]:
    model, background = case.model, background_of(case)
    if model is None or background is None or not len(background):
        reason = message("there is no released model to explain")
        return [_without(case, metric, reason) for metric in (_NOISE, _BACKGROUND)]
    if sum(feature.kind != "text" for feature in model.signature.inputs) < 2:
        reason = message("there are fewer than two inputs to put in order")
        return [_without(case, metric, reason) for metric in (_NOISE, _BACKGROUND)]
    about = _About(case, model, background, int(rng.integers(2**31)))
    return [_under_noise(about, rng), _under_background(about, rng)]


class _About:
    """The rows that are explained, what of each, and the sizes of its values, (n, features)."""

    def __init__(self, case: RowCase, model: Model, background: Rows, seed: int) -> None:
        self.case, self.background = case, background
        self._model, self._seed = model, seed
        if isinstance(case, DecisionCase):
            self.explain = SeveralExplainer(model, background, {0: None}, seed=seed)
            exact = self.explain.exact
            self.rows, self.chosen = self._take(_EXACT_ROWS if exact else _estimated(case))
        else:
            self.rows, self.chosen = self._take(_estimated(case))
            self.explain = SeveralExplainer(model, background, self.chosen.outputs, seed=seed)
        self.sizes = np.abs(self.explain.explain(self.rows, self.chosen.which).values)

    def _take(self, most: int) -> tuple[Rows, Chosen]:
        n = len(self.case)
        kept = evenly(n, most)
        rows = self.case.rows.take(kept)
        return rows, chosen_of(self.case, self._model, rows)

    def against(self, background: Rows) -> np.ndarray:
        """The sizes against other background rows."""
        other = SeveralExplainer(self._model, background, self.chosen.outputs, seed=self._seed)
        return np.asarray(np.abs(other.explain(self.rows, self.chosen.which).values))


def _chosen(case: RowCase) -> tuple[int, float]:
    chosen = settings(case, _NAME)
    return max(1, int(chosen.get("draws", _DRAWS))), float(chosen.get("sigma", _SIGMA))


def _under_noise(about: _About, rng: np.random.Generator) -> Finding:
    case, rows, (draws, sigma) = about.case, about.rows, _chosen(about.case)
    spread = spreads(case.rows.frame.select(about.explain.features))
    if not spread:
        return _without(case, _NOISE, message("no input is a number that varies"))
    which = np.repeat(about.chosen.which, draws)
    moved = about.explain.explain(noisy(rows, spread, sigma, draws, rng), which).values
    others = np.abs(moved).reshape(len(rows), draws, -1).transpose(1, 0, 2)
    return _agreement(case, _NOISE, about.sizes, others, {"draws": draws, "sigma": sigma})


def _under_background(about: _About, rng: np.random.Generator) -> Finding:
    draws, _ = _chosen(about.case)
    size = len(about.background)
    others = [
        about.against(about.background.take(np.sort(rng.integers(0, size, size))))
        for _ in range(draws)
    ]
    told = {"draws": draws, "background": size}
    return _agreement(about.case, _BACKGROUND, about.sizes, np.stack(others), told)


def _agreement(
    case: RowCase,
    metric: str,
    sizes: np.ndarray,
    others: np.ndarray,
    about: Mapping[str, float],
) -> Finding:
    """Mean agreement of each row's order with those of `others`, shape (draws, n, features)."""
    each = np.stack([spearman(sizes, other) for other in others]).mean(axis=0)
    tau = np.stack([kendall(sizes, other) for other in others]).mean(axis=0)
    top = (others.argmax(axis=2) == sizes.argmax(axis=1)).mean(axis=0)
    known = ~np.isnan(each)
    return measured(
        case,
        _NAME,
        metric,
        float(each[known].mean()) if known.any() else np.nan,
        lambda level: Interval(*np.clip(mean_interval(each[known], level), -1.0, 1.0)),
        n=int(known.sum()),
        method=message("t interval over rows"),
        absent=_EQUAL,
        evidence="bytes",
        details={
            **about,
            "kendall": float(tau[known].mean()) if known.any() else None,
            "strongest_kept": float(top[known].mean()) if known.any() else None,
        },
    )


def _refitted(case: DecisionCase) -> list[Finding]:
    if case.shadows is None or len(case.shadows) < 2:
        reason = message("no shadow models were fitted")
        return [_without(case, metric, reason) for metric in (_DEVIATION, _DISAGREEMENT)]
    counted = (~case.shadows.member).astype(np.float64)
    differ = disagreement((case.shadows.score >= case.threshold).astype(np.float64), counted)
    spread = deviation(case.shadows.score, counted)
    findings = [
        _mean(case, _DEVIATION, "all", spread, case.shadows),
        _mean(case, _DISAGREEMENT, "all", differ, case.shadows),
    ]
    for subject, groups in subjects(case, crossed=False).items():
        if len(groups.labels) <= MOST_GROUPS:
            findings += [
                _mean(case, _DISAGREEMENT, f"{subject}={label}", differ[groups.codes == code],
                      case.shadows)
                for code, label in enumerate(groups.labels)
            ]  # fmt: skip
    return findings


def _mean(
    case: DecisionCase, metric: str, subject: str, values: np.ndarray, shadows: Shadows
) -> Finding:
    known = values[~np.isnan(values)]
    return measured(
        case,
        _NAME,
        metric,
        float(known.mean()) if len(known) else np.nan,
        partial(mean_interval, known),
        subject=subject,
        n=len(known),
        method=message("t interval over rows"),
        evidence="procedure",
        details={"refits": len(shadows)} if subject == "all" else {},
    )


def _without(case: RowCase, metric: str, reason: str) -> Finding:
    return Finding(probe=_NAME, metric=metric, reason=reason, evidence=case.evidence)
