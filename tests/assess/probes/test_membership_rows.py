from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from proofstone.assess.inference.membership import coins
from proofstone.assess.probes.membership_rows import membership_rows
from proofstone.checks.cases import DecisionCase
from proofstone.checks.shadows import Shadows
from proofstone.core.finding import Finding, Verdict

from .cases import by, recorded, run

ATTACKS = ("lira_online", "lira_offline", "rmia", "loss")
METRICS = (
    "row_membership_auc",
    "row_membership_tpr_at_1_fpr",
    "row_membership_tpr_at_01_fpr",
)
MATRIX, LABEL = (part[:400] for part in load_breast_cancer(return_X_y=True))


def shadows(make: Callable[[], Any], models: int, target: np.ndarray, seed: int = 0) -> Shadows:
    """Real models fitted on halves of the breast-cancer table."""
    member = coins(np.empty((models, len(target))), np.random.default_rng(seed))
    score = [make().fit(MATRIX[one], target[one]).predict_proba(MATRIX)[:, 1] for one in member]
    return Shadows(member, np.array(score))


def found(
    seen: Shadows | None, target: np.ndarray = LABEL, **about: Any
) -> dict[tuple[str, str], Finding]:
    case, model = recorded(target, np.full(len(target), 0.5), shadows=seen, **about)
    return by(run(membership_rows, case, model))


def noisy(share: float = 0.3) -> np.ndarray:
    rng = np.random.default_rng(1)
    return np.where(rng.random(400) < share, 1 - LABEL, LABEL)


def test_a_model_that_memorises_label_noise_is_caught_by_every_attack() -> None:
    known = found(shadows(lambda: KNeighborsClassifier(1), 16, noisy()), noisy())
    for attack in (*ATTACKS, "all"):
        one = known["row_membership_auc", attack]
        assert one.low > 0.6
        assert one.evidence == "procedure"
    assert known["row_membership_tpr_at_1_fpr", "all"].low > 0.01
    assert known["row_membership_auc", "loss"].details["null"]["void"] is False


def test_a_deep_tree_gives_more_away_than_a_stump() -> None:
    deep = found(shadows(lambda: DecisionTreeClassifier(random_state=0), 16, noisy()), noisy())
    stump = found(
        shadows(lambda: DecisionTreeClassifier(max_depth=1, random_state=0), 16, noisy()), noisy()
    )
    one, two = (every["row_membership_auc", "lira_online"] for every in (deep, stump))
    assert one.low > two.high


def test_a_constant_model_shows_nothing() -> None:
    member = coins(np.empty((16, 400)), np.random.default_rng(0))
    known = found(Shadows(member, np.full((16, 400), 0.3)))
    for attack in (*ATTACKS, "all"):
        assert known["row_membership_auc", attack].value == 0.5
        for metric, chance in zip(METRICS[1:], (0.01, 0.001), strict=True):
            one = known[metric, attack]
            assert one.value == pytest.approx(chance)
            assert one.low <= chance <= one.high


def test_a_rigid_model_on_clean_labels_gives_little_away() -> None:
    known = found(shadows(lambda: LogisticRegression(C=1e-4, max_iter=200), 16, LABEL))
    assert known["row_membership_auc", "all"].high < 0.6


def test_scores_that_know_no_members_are_seldom_accused() -> None:
    accused = 0
    for seed in range(40):
        rng = np.random.default_rng([3, seed])
        member = coins(np.empty((16, 150)), rng)
        score = 1 / (1 + np.exp(-rng.normal(size=150) - rng.normal(size=(16, 150))))
        target = rng.integers(0, 2, 150)
        known = found(Shadows(member, score), target)
        accused += known["row_membership_auc", "all"].low > 0.5
    assert accused <= 4  # 1 expected at 2.5 % on this side; more than 4 has chance 0.3 %


def test_the_all_row_is_the_strongest_at_a_corrected_level() -> None:
    seen = shadows(lambda: KNeighborsClassifier(3), 16, LABEL)
    wide, plain = (
        found(seen, level=level)["row_membership_auc", subject]
        for level, subject in ((0.95, "all"), (0.9875, "lira_online"))
    )
    known = found(seen)
    best = max(ATTACKS, key=lambda one: known["row_membership_auc", one].value)
    assert wide.value == known["row_membership_auc", best].value
    assert wide.details["attack"] == best
    assert wide.high >= plain.high
    assert wide.low >= plain.low


def test_a_null_test_that_finds_members_voids_what_was_found() -> None:
    # Scores that give away the very coins that the null test tosses.
    drawn = coins(np.empty((8, 100)), np.random.default_rng(4))
    member = coins(np.empty((8, 100)), np.random.default_rng(5))
    noise = np.random.default_rng(6).normal(size=(8, 100))
    score = 1 / (1 + np.exp(-noise - 3.0 * drawn))
    case, _ = recorded(np.ones(100, int), np.full(100, 0.5), shadows=Shadows(member, score))
    probing = membership_rows.function(case, np.random.default_rng(4))
    with pytest.raises(StopIteration) as ended:
        next(probing)
    known = by(ended.value.value)
    for metric in METRICS:
        for attack in (*ATTACKS, "all"):
            one = known[metric, attack]
            assert (one.value, one.low, one.high) == (None, None, None)
            assert "null test" in one.reason
    assert known["row_membership_auc", "loss"].details["null"]["auc"] > 0.9


@pytest.mark.parametrize(
    ("seen", "verdict", "says"),
    [
        (None, Verdict.NOT_APPLICABLE, "not trained here"),
        (Shadows(np.ones((2, 5), bool), np.ones((2, 5))), Verdict.NOT_RUN, "too few"),
        (Shadows(np.ones((8, 5), bool), np.full((8, 5), np.nan)), Verdict.NOT_RUN, "NaN"),
        (Shadows(np.ones((8, 1), bool), np.ones((8, 1))), Verdict.NOT_RUN, "too few"),
    ],
)
def test_what_cannot_be_attacked_says_why(
    seen: Shadows | None, verdict: Verdict, says: str
) -> None:
    n = 5 if seen is None else seen.score.shape[1]
    known = found(seen, np.arange(n) % 2)
    assert set(known) == {(metric, "all") for metric in METRICS}
    for one in known.values():
        assert one.verdict == verdict
        assert says in one.reason


def test_the_plans_reason_is_told() -> None:
    known = found(None, settings={"shadows": {"without": "too dear"}})
    assert known["row_membership_auc", "all"].reason == "too dear"


def test_all_members_or_one_class_of_rows_crash_nothing() -> None:
    everyone = Shadows(np.ones((8, 20), bool), np.random.default_rng(0).random((8, 20)))
    for one in found(everyone, np.ones(20, int)).values():
        assert one.value is None or np.isfinite(one.value)


def test_many_rows_are_sampled_and_the_seed_decides() -> None:
    seen = shadows(lambda: DecisionTreeClassifier(max_depth=3, random_state=0), 8, LABEL)
    first, again = (found(seen, settings={"membership_rows": {"rows": 90}}) for _ in range(2))
    assert {one.n for one in first.values()} == {90}
    assert [one.to_json() for one in first.values()] == [one.to_json() for one in again.values()]


def test_it_asks_nothing() -> None:
    case, _ = recorded(LABEL, np.full(400, 0.5))
    assert isinstance(case, DecisionCase)
    assert membership_rows.rows(case) == 0


@pytest.mark.parametrize("wrong", [{"rows": 1}, {"gamma": 0.0}])
def test_settings_out_of_range_are_named(wrong: dict[str, float]) -> None:
    member = coins(np.empty((8, 50)), np.random.default_rng(0))
    seen = Shadows(member, np.random.default_rng(1).random((8, 50)))
    known = found(seen, np.arange(50) % 2, settings={"membership_rows": wrong})
    one, *_others = known.values()
    assert one.verdict is Verdict.NOT_RUN
    assert next(iter(wrong)) in one.reason
