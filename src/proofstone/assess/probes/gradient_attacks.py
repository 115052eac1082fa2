"""How many rows keep their right decision against attackers who follow the model's gradients."""

from __future__ import annotations

from functools import partial

import numpy as np

from proofstone.assess.attack.gradient.about import field_of, movable
from proofstone.assess.attack.gradient.descent import pgd
from proofstone.assess.attack.gradient.ensemble import Effort, standing
from proofstone.assess.attack.gradient.field import Ball, Field, Norm, margin
from proofstone.assess.measured import measured, settings
from proofstone.checks.cases import ClassesCase, DecisionCase
from proofstone.checks.probe import Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.intervals import wilson
from proofstone.models.contract import Gradient

_ROWS = 100
_STEPS, _QUERIES, _PGD = 50, 200, 40
_FEW_STEPS, _FEW_QUERIES = 10, 20
"""For linear models, whose closest points are found in a step or two."""

_SIZES: dict[Norm, float] = {"linf": 0.1, "l2": 0.25}


def _effort(case: DecisionCase | ClassesCase) -> Effort:
    chosen, linear = settings(case, "gradient_attacks"), _linear(case)
    steps = int(chosen.get("steps", _FEW_STEPS if linear else _STEPS))
    queries = int(chosen.get("queries", _FEW_QUERIES if linear else _QUERIES))
    return Effort(steps, int(chosen.get("classes", 9)), queries)


def _linear(case: DecisionCase | ClassesCase) -> bool:
    return bool(getattr(case.model, "linear", False))


def _descents(case: DecisionCase | ClassesCase) -> int:
    """The steps of PGD."""
    return _FEW_STEPS if _linear(case) else _PGD


def _sizes(case: DecisionCase | ClassesCase) -> dict[Norm, float]:
    chosen = settings(case, "gradient_attacks")
    return {norm: float(chosen.get(norm, size)) for norm, size in _SIZES.items()}


def _rows(case: DecisionCase | ClassesCase) -> int:
    kept = min(len(case), int(settings(case, "gradient_attacks").get("rows", _ROWS)))
    classes = len(case.classes) if isinstance(case, ClassesCase) else 2
    return kept * (1 + len(_SIZES) * (_effort(case).rows(classes) + 3 * _descents(case)))


@probe(
    needs=Gradient,
    rows=_rows,
    family="robustness",
    metrics=("robust_accuracy",),
    about=(DecisionCase, ClassesCase),
)
def gradient_attacks(case: DecisionCase | ClassesCase, rng: np.random.Generator) -> Probing:
    """Robust accuracy: the share of rows decided rightly that no attack within a radius flips.

    At most 100 rows (`rows`). Radii are in standard deviations of each column (`units: raw` for
    the columns' own): 0.1 in the largest difference (`linf`), 0.25 in Euclidean distance (`l2`).
    The ensemble is that of AutoAttack (Croce and Hein 2020): APGD on the cross-entropy, APGD on
    the targeted ratio of logits, targeted FAB, and a random search on subsets of inputs; 50 steps
    (`steps`), 9 other classes (`classes`), 200 queries (`queries`). PGD (Madry et al. 2018; 40
    steps) runs beside it, for comparison. Of linear models 10 steps and 20 queries do. A change
    keeps the constraints, the observed ranges, missing values, categories and whole numbers. `all`
    counts rows that withstand both norms.

    Not covered: other radii, changes of categories and whole numbers; a better attack may flip
    more, so robust accuracy is an upper bound. A model that hides its gradients looks robust to
    the first three attacks and not to the fourth.
    """
    chosen = settings(case, "gradient_attacks")
    if not movable(case)[0] or not len(case):
        return [_absent(case, message("no input is a floating number that may change"))]
    kept = np.sort(rng.permutation(len(case))[: int(chosen.get("rows", _ROWS))])
    field = field_of(case, kept, raw=chosen.get("units", "sd") == "raw")
    logits = yield from field.look(field.start, np.arange(len(kept)))
    right = np.flatnonzero(margin(logits, field.label) <= 0)
    stands = np.zeros(len(kept), dtype=bool)
    stands[right] = True
    found: list[Finding] = []
    for norm, size in _sizes(case).items():
        ball = Ball(norm, size)
        fooled = yield from pgd(field, right, ball, _descents(case), rng)
        left = yield from standing(field, right, ball, _effort(case), rng)
        last = list(left.values())[-1]
        stands[np.setdiff1d(right, last)] = False
        after = {name: len(places) / len(kept) for name, places in left.items()}
        after |= {"clean": len(right) / len(kept), "pgd": float((~fooled).sum()) / len(kept)}
        found.append(_finding(case, field, len(last), f"norm={norm}", {"size": size, **after}))
    return [_finding(case, field, int(stands.sum()), "all", {}), *found]


def _absent(case: DecisionCase | ClassesCase, reason: str) -> Finding:
    return Finding(
        probe="gradient_attacks", metric="robust_accuracy", reason=reason, evidence=case.evidence
    )


def _finding(
    case: DecisionCase | ClassesCase,
    field: Field,
    held: int,
    subject: str,
    details: dict[str, float],
) -> Finding:
    n = len(field.rows)
    return measured(
        case,
        "gradient_attacks",
        "robust_accuracy",
        held / n,
        partial(wilson, float(held), float(n)),
        subject=subject,
        n=n,
        method=message("Wilson"),
        details={**details, "columns": list(field.names)},
    )
