from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from fairlearn.metrics import (
    MetricFrame,
    equalized_odds_difference,
    false_negative_rate,
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)
from sklearn.metrics import accuracy_score, precision_score

from proofstone.assess.probes.group_fairness import METRICS, group_fairness
from proofstone.core.finding import Verdict

from .cases import TABLES, by, protected, real, recorded, run

PEERS = {
    "selection_rate": selection_rate,
    "true_positive_rate": true_positive_rate,
    "false_positive_rate": false_positive_rate,
    "false_negative_rate": false_negative_rate,
    "precision": lambda y, d: precision_score(y, d, zero_division=0),
    "accuracy": accuracy_score,
}


def crossed(frame: pl.DataFrame, columns: list[str]) -> np.ndarray:
    return frame.select(pl.concat_str(columns, separator=" × ")).to_series().to_numpy()


@pytest.mark.parametrize("name", TABLES)
def test_points_are_fairlearns(name: str) -> None:
    frame = real(name)
    y, score = frame["y"].to_numpy(), frame["p"].to_numpy()
    cut = float(np.quantile(score, 1 - y.mean()))
    people = {column: frame[column].to_numpy() for column in protected(name)}
    case, model = recorded(y, score, frame.drop("y", "p"), cut, protected=people)
    found = by(run(group_fairness, case, model))
    decided = (score >= cut).astype(int)
    subjects = people | {" × ".join(people): crossed(frame, list(people))}
    assert set(PEERS) == set(METRICS)
    for subject, groups in subjects.items():
        peer = MetricFrame(metrics=PEERS, y_true=y, y_pred=decided, sensitive_features=groups)
        for metric in METRICS:
            for group, value in peer.by_group[metric].items():
                assert found[metric, f"{subject}={group}"].value == pytest.approx(value, abs=1e-9)
            gap, share = found[f"{metric}_difference", subject], found[f"{metric}_ratio", subject]
            assert gap.value == pytest.approx(peer.difference()[metric], abs=1e-9)
            assert share.value == pytest.approx(peer.ratio()[metric], abs=1e-9)
            for one in (gap, share):
                assert one.low <= one.value <= one.high
                assert [entry["group"] for entry in one.details["groups"]] == sorted(set(groups))
        odds = found["equalized_odds_difference", subject]
        expected = equalized_odds_difference(y, decided, sensitive_features=groups)
        assert odds.value == pytest.approx(expected, abs=1e-9)
        assert odds.low <= odds.value <= odds.high


def resampled(counts: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Signed differences and ratios of two groups' rates over 100,000 multinomial resamples."""
    total = int(counts.sum())
    drawn = rng.multinomial(total, (counts / total).ravel(), 100_000).reshape(-1, 2, 2)
    rates = drawn[:, :, 0] / drawn.sum(axis=2)
    upper = int(np.argmax(counts[:, 0] / counts.sum(axis=1)))
    return rates[:, upper] - rates[:, 1 - upper], rates[:, 1 - upper] / rates[:, upper]


@pytest.mark.parametrize("name", TABLES)
def test_ends_are_those_of_100000_multinomial_resamples_of_counts(name: str) -> None:
    """But for half a row a group, which keeps the ends apart where a count is 0."""
    frame, column = real(name), protected(name)[0]
    y, score, people = (frame[one].to_numpy() for one in ("y", "p", column))
    cut = float(np.quantile(score, 1 - y.mean()))
    case, model = recorded(y, score, frame.drop("y", "p"), cut, protected={column: people})
    found = by(run(group_fairness, case, model))
    decided = (score >= cut).astype(int)
    first = people == sorted(set(people))[0]
    trials = {"selection_rate": decided >= 0, "true_positive_rate": y == 1,
              "false_positive_rate": y == 0, "precision": decided == 1}  # fmt: skip
    for metric, kept in trials.items():
        hit = (y if metric == "precision" else decided)[kept]
        counts = np.array(
            [[np.sum(hit[g]), np.sum(1 - hit[g])] for g in (first[kept], ~first[kept])]
        )
        gaps, shares = resampled(counts, np.random.default_rng(0))
        half = 0.5 / counts.sum(axis=1).min()
        low, high = np.quantile(gaps, [0.025, 0.975])
        gap = found[f"{metric}_difference", column]
        ends = (max(0.0, low), max(high, -low))
        assert (gap.low, gap.high) == pytest.approx(ends, abs=half + 0.004)
        low, high = np.quantile(shares, [0.025, 0.975])
        share, most = found[f"{metric}_ratio", column], (counts[:, 0] / counts.sum(axis=1)).max()
        ends = (min(low, 1 / high), min(1.0, high))
        assert (share.low, share.high) == pytest.approx(ends, abs=(half + 0.004) / most)


@pytest.mark.parametrize("few", [1, 3])
def test_a_tiny_group_gets_wide_intervals_and_no_crash(few: int) -> None:
    rng = np.random.default_rng(few)
    y, score = rng.integers(0, 2, 500), rng.random(500)
    sex = np.array(["a"] * (500 - few) + ["b"] * few, dtype=object)
    case, model = recorded(y, score, protected={"sex": sex})
    found = by(run(group_fairness, case, model))
    gap = found["selection_rate_difference", "sex"]
    assert gap.high - gap.low > 0.3
    assert found["selection_rate", "sex=b"].n == few


def test_a_group_without_trials_has_no_value_and_no_share_in_the_difference() -> None:
    y = np.array([0, 1, 0, 1, 0, 0])
    people = {"sex": np.array(["a", "a", "b", "b", "c", "c"], dtype=object)}
    case, model = recorded(y, np.array([0.9, 0.9, 0.1, 0.9, 0.9, 0.1]), protected=people)
    found = by(run(group_fairness, case, model))
    lone = found["true_positive_rate", "sex=c"]
    assert lone.value is None
    assert "no row" in lone.reason
    assert found["true_positive_rate_difference", "sex"].value == 0.0
    one = {"sex": np.array(["a"] * 6, dtype=object)}
    case, model = recorded(y, np.linspace(0, 1, 6), protected=one)
    alone = by(run(group_fairness, case, model))["selection_rate_difference", "sex"]
    assert alone.value == 0.0
    assert alone.low is None


def test_without_protected_columns_it_says_so_and_identifiers_are_not_groups() -> None:
    y, score = np.array([0, 1] * 100), np.linspace(0, 1, 200)
    case, model = recorded(y, score)
    finding, *_others = run(group_fairness, case, model)
    assert "no protected column" in finding.reason
    people = {"id": np.array([f"n{i}" for i in range(200)], dtype=object)}
    case, model = recorded(y, score, protected=people)
    refusals = run(group_fairness, case, model)
    assert [one.metric for one in refusals] == list(group_fairness.metrics)
    for one in refusals:
        assert (one.verdict, one.subject) == (Verdict.NOT_RUN, "id")
        assert "200 groups" in one.reason


def test_a_gated_finding_has_its_corrected_level() -> None:
    frame = real("hmda")
    key = ("false_positive_rate_difference", "afam")
    about = {"afam": frame["afam"].to_numpy()}
    plain, model = recorded(frame["y"].to_numpy(), frame["p"].to_numpy(), frame.drop("y", "p"),
                            0.2, protected=about)  # fmt: skip
    strict, _ = recorded(frame["y"].to_numpy(), frame["p"].to_numpy(), frame.drop("y", "p"),
                         0.2, protected=about, levels={key: 0.999})  # fmt: skip
    wide, narrow = (by(run(group_fairness, case, model))[key] for case in (strict, plain))
    assert (wide.level, narrow.level) == (0.999, 0.95)
    assert wide.low < narrow.low < narrow.high < wide.high
