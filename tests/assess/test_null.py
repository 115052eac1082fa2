"""On data in which nothing is to be found, an assessment errs no more often than it states.

Scores are true probabilities and know nothing of groups, slices or triggers. Gates are set where
they can only fail by error; how often any gate of a family does is held against the stated 5 % by
an exact binomial test at 1 %. Seeds are fixed beforehand: 0 to 79.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache

import numpy as np
import polars as pl
import pytest
from scipy.stats import binom

from proofstone.assess.inference.membership import coins
from proofstone.assess.probes.back_door import back_door
from proofstone.assess.probes.exposure import exposure
from proofstone.assess.probes.group_calibration import group_calibration
from proofstone.assess.probes.group_fairness import group_fairness
from proofstone.assess.probes.group_quality import group_quality
from proofstone.assess.probes.label_noise import label_noise
from proofstone.assess.probes.membership_rows import membership_rows
from proofstone.assess.probes.weak_slices import weak_slices
from proofstone.checks.cases import Case, ClassesCase, DecisionCase, NumberCase, RankingCase
from proofstone.checks.gate import judge_all
from proofstone.checks.levels import corrected_levels
from proofstone.checks.oracle import Oracle
from proofstone.checks.probe import Probe
from proofstone.checks.shadows import Shadows
from proofstone.core.finding import Verdict
from proofstone.core.project.schema import Gate
from proofstone.models.contract import Feature, Operation, Predict, Signature
from proofstone.models.predictions import Recorded
from proofstone.models.rows import Rows

SEEDS = 80
ROWS = 500
LEVEL = 0.95
PROBES = (back_door, group_calibration, group_fairness, weak_slices)
GATES = tuple(
    Gate(metric=metric, subject=subject, max=limit, reason="nothing is to be found")
    for metric, subject, limit in (
        ("selection_rate_difference", "region", 0.0),
        ("true_positive_rate_difference", "region", 0.0),
        ("false_positive_rate_difference", "region", 0.0),
        ("accuracy_difference", "region", 0.0),
        ("calibration_gap_difference", "region", 0.0),
        ("group_calibration_error_difference", "region", 0.0),
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


@pytest.mark.parametrize("family", sorted({one.family for one in PROBES}))
def test_families_err_no_more_often_than_stated(family: str) -> None:
    count = errors()[family]
    assert binom.sf(count - 1, SEEDS, 1 - LEVEL) >= 0.01, count


def regions(rng: np.random.Generator, n: int) -> dict[str, np.ndarray]:
    return {"region": rng.choice(["north", "south", "west"], n).astype(object)}


def of_classes(seed: int) -> tuple[Case, Recorded]:
    rng = np.random.default_rng([seed, 2])
    answers = rng.dirichlet(np.ones(3), ROWS)
    target = (answers.cumsum(axis=1) < rng.random((ROWS, 1))).sum(axis=1)
    rows = Rows.of(pl.DataFrame({"x": np.arange(ROWS)}))
    case = ClassesCase(
        rows=rows, target=target, classes=("a", "b", "c"), protected=regions(rng, ROWS)
    )
    return case, Recorded(rows, answers, Signature((), "probabilities", ("a", "b", "c")))


def of_numbers(seed: int) -> tuple[Case, Recorded]:
    rng = np.random.default_rng([seed, 3])
    estimate = rng.normal(size=ROWS)
    rows = Rows.of(pl.DataFrame({"x": np.arange(ROWS)}))
    target = estimate + rng.normal(size=ROWS)
    case = NumberCase(rows=rows, target=target, protected=regions(rng, ROWS))
    return case, Recorded(rows, estimate, Signature((), "number"))


def of_rankings(seed: int) -> tuple[Case, Recorded]:
    rng = np.random.default_rng([seed, 4])
    query = np.repeat(np.arange(50), 10)
    rows = Rows.of(pl.DataFrame({"x": np.arange(500)}))
    target = rng.integers(0, 3, 500).astype(float)
    case = RankingCase(rows=rows, target=target, query=query, protected=regions(rng, 500))
    return case, Recorded(rows, target + rng.normal(size=500), Signature((), "number"))


@pytest.mark.parametrize(
    ("probe", "make", "metric", "limit"),
    [
        (group_quality, of_classes, "accuracy_difference", 0.0),
        (group_quality, of_classes, "class_recall_difference", 0.0),
        (group_quality, of_numbers, "mean_absolute_error_difference", 0.0),
        (group_quality, of_numbers, "mean_error_difference", 0.0),
        (exposure, of_rankings, "exposure_ratio", 1.0),
        (exposure, of_rankings, "exposure_per_relevance_ratio", 1.0),
    ],
)
def test_groups_that_are_treated_alike_are_told_apart_no_more_often_than_stated(
    probe: Probe, make: Callable[[int], tuple[Case, Recorded]], metric: str, limit: float
) -> None:
    wrong = 0
    for seed in range(SEEDS):
        case, model = make(seed)
        every = {
            (one.metric, one.subject): one for one in Oracle(model).run([probe], case, seed=seed)
        }
        found = every[metric, "region"]
        wrong += not found.low <= limit <= found.high
    assert binom.sf(wrong - 1, SEEDS, 1 - LEVEL) >= 0.01, wrong


def test_true_labels_are_suspected_no_more_often_than_chance_says() -> None:
    """Each label contradicts its score with a known chance: Wilson's interval of both ends."""
    wrong = 0
    for seed in range(SEEDS):
        case, model = null(seed)
        every = {
            (one.metric, one.subject): one
            for one in Oracle(model).run([label_noise], case, seed=seed)
        }
        found = every["suspected_label_rate", "all"]
        wrong += found.low > found.details["by_chance"]
    assert binom.sf(wrong - 1, SEEDS, (1 - LEVEL) / 2) >= 0.01, wrong


def test_scores_that_know_no_members_are_accused_no_more_often_than_stated() -> None:
    """The strongest of four attacks, at the level that is corrected for their number; and the null
    test beside them, which voids what it finds at its own level."""
    accused = voided = 0
    for seed in range(SEEDS):
        rng = np.random.default_rng([seed, 5])
        member = coins(np.empty((16, 120)), rng)
        score = 1 / (1 + np.exp(-rng.normal(size=120) - rng.normal(size=(16, 120))))
        rows = Rows.of(pl.DataFrame({"x": np.arange(120)}))
        case = DecisionCase(
            rows=rows,
            target=rng.integers(0, 2, 120),
            threshold=np.full(120, 0.5),
            shadows=Shadows(member, score),
        )
        half = np.full((120, 2), 0.5)
        model = Recorded(rows, half, Signature((), "probabilities", ("no", "yes"), "yes"))
        every = {
            (one.metric, one.subject): one
            for one in Oracle(model).run([membership_rows], case, seed=seed)
        }
        found = every["row_membership_auc", "all"]
        voided += found.value is None
        accused += found.value is not None and found.low > 0.5
    assert binom.sf(accused - 1, SEEDS, (1 - LEVEL) / 2) >= 0.01, accused
    assert binom.sf(voided - 1, SEEDS, 1 - LEVEL) >= 0.01, voided


def test_the_test_itself_can_reject() -> None:
    assert binom.sf(11 - 1, SEEDS, 1 - LEVEL) < 0.01
