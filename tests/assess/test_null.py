"""On data in which nothing is to be found, an assessment errs no more often than it states.

Scores are true probabilities and know nothing of groups, slices or triggers. Gates are set where
they can only fail by error; how often any gate of a family does is held against the stated 5 % by
an exact binomial test at 1 %. Seeds are fixed beforehand: 0 to 79.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

import numpy as np
import polars as pl
import pytest
from scipy.stats import binom

from proofstone.assess.probes.back_door import back_door
from proofstone.assess.probes.group_fairness import group_fairness
from proofstone.assess.probes.weak_slices import weak_slices
from proofstone.checks.cases import DecisionCase
from proofstone.checks.gate import judge_all
from proofstone.checks.levels import corrected_levels
from proofstone.checks.oracle import Oracle
from proofstone.core.finding import Verdict
from proofstone.core.project.schema import Gate
from proofstone.models.contract import Feature, Operation, Predict, Signature
from proofstone.models.rows import Rows

SEEDS = 80
ROWS = 500
LEVEL = 0.95
PROBES = (back_door, group_fairness, weak_slices)
GATES = tuple(
    Gate(metric=metric, subject=subject, max=limit, reason="nothing is to be found")
    for metric, subject, limit in (
        ("selection_rate_difference", "region", 0.0),
        ("true_positive_rate_difference", "region", 0.0),
        ("false_positive_rate_difference", "region", 0.0),
        ("accuracy_difference", "region", 0.0),
        ("trigger_success_rate", "all", 0.5),
        ("suspected_trigger_rows", "all", 0.0),
    )
)


class Honest:
    """Answers the probability that labels are drawn with, which no column tells."""

    operations: frozenset[type[Operation]] = frozenset({Predict})
    by_origin = True
    batch_size = 1 << 14
    id = "honest"
    seed = 0
    signature = Signature((Feature("x", "number"),), "probabilities", ("no", "yes"), "yes")

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        score = np.random.default_rng(self.seed).beta(2, 2, ROWS)[rows.origin]
        return np.stack([1 - score, score], axis=1)


def null(seed: int) -> tuple[DecisionCase, Honest]:
    rng, model = np.random.default_rng([seed, 1]), Honest()
    model.seed = seed
    frame = pl.DataFrame(
        {
            "x": rng.normal(size=ROWS),
            "code": rng.integers(0, 60, ROWS),
            "town": rng.choice(list("abcdefghijklmnopqrstuvw"), ROWS),
        }
    )
    rows = Rows.of(frame)
    target = (rng.random(ROWS) < model.answer(Predict(), rows)[:, 1]).astype(int)
    groups = {"region": rng.choice(["north", "south", "west"], ROWS).astype(object)}
    case = DecisionCase(
        rows=rows,
        target=target,
        threshold=np.full(ROWS, 0.5),
        protected=groups,
        level=LEVEL,
        levels=corrected_levels(GATES, PROBES, level=LEVEL, candidates=1),
        settings={"back_door": {"patterns": 10, "rows": 50}},
    )
    return case, model


@cache
def errors() -> Counter[str]:
    """In how many of the seeds any gate of a family failed, or any slice was named."""
    found: Counter[str] = Counter()
    for seed in range(SEEDS):
        case, model = null(seed)
        findings = Oracle(model).run(PROBES, case, seed=seed)
        assert not [one for one in findings if one.verdict is Verdict.NOT_RUN]
        opening = judge_all(findings, GATES)
        failed = {one.probe for one in opening.gates if one.verdict is Verdict.FAIL}
        found.update(one.family for one in PROBES if one.name in failed)
        found["slices"] += any(
            one.probe == "weak_slices" and one.subject != "all" for one in findings
        )
    return found


@pytest.mark.parametrize("family", sorted(one.family for one in PROBES))
def test_families_err_no_more_often_than_stated(family: str) -> None:
    count = errors()[family]
    assert binom.sf(count - 1, SEEDS, 1 - LEVEL) >= 0.01, count


def test_the_test_itself_can_reject() -> None:
    assert binom.sf(11 - 1, SEEDS, 1 - LEVEL) < 0.01
