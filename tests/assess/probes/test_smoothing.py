from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

from proofstone.assess.attack.noise import noisy
from proofstone.assess.probes import smoothing as module
from proofstone.assess.probes.smoothing import smoothing
from proofstone.checks.cases import DecisionCase
from proofstone.checks.oracle import Oracle
from proofstone.core.canonical import canonical_json
from proofstone.core.finding import Verdict
from proofstone.models.rows import Rows

from .cases import Formula, by, recorded, run

N = 300
FRAME = pl.DataFrame(
    {"x": np.random.default_rng(0).standard_normal(N), "kind": ["a", "b", "c"] * (N // 3)}
)
SPREAD = FRAME["x"].std()
ALL = {"smoothing": {"rows": N, "draws": 500, "sigma": 0.5}}


def sign(frame: pl.DataFrame) -> np.ndarray:
    return 1 / (1 + np.exp(-4 * frame["x"].to_numpy()))


def case(**about: Any) -> DecisionCase:
    target = (FRAME["x"] >= 0).cast(int).to_numpy()
    return DecisionCase(rows=Rows.of(FRAME), target=target, threshold=np.full(N, 0.5), **about)


def test_on_a_line_the_certified_radius_is_the_distance() -> None:
    found = by(run(smoothing, case(settings=ALL), Formula(FRAME, sign)))
    distance = np.abs(FRAME["x"].to_numpy()) / SPREAD
    for radius in (0.1, 0.25, 0.4):
        one = found["certified_accuracy", f"radius={radius:g}"]
        # Never more than the truth but by chance (alpha); little less with 500 draws.
        assert one.value <= (distance >= radius).mean() + 0.005
        assert one.value >= (distance >= radius + 0.15).mean() - 0.01
        assert one.low < one.value < one.high
    assert found["abstention_rate", "all"].value == pytest.approx(
        (distance < 0.06).mean(), abs=0.06
    )
    details = found["certified_accuracy", "all"].details
    assert details["most"] == pytest.approx(0.5 * stats.norm.ppf(0.001 ** (1 / 500)))
    curve = np.array(details["curve"])
    assert (np.diff(curve[:, 1]) <= 0).all()


def certify(votes: np.ndarray, sigma: float, alpha: float) -> float:
    """CERTIFY of Cohen et al. (2019) for one row of 0/1 decisions, the first 20 to guess; -1."""
    guess = int(votes[:20].mean() >= 0.5)
    trials = len(votes) - 20
    agreed = int((votes[20:] == guess).sum())
    lower = 0.0 if agreed == 0 else float(stats.beta.ppf(alpha, agreed, trials - agreed + 1))
    return (2 * guess - 1) * sigma * float(stats.norm.ppf(lower)) if lower > 0.5 else math.nan


def test_the_same_noise_gives_what_an_independent_certify_gives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept: list[pl.DataFrame] = []

    def recording(*given: Any) -> Rows:
        rows = noisy(*given)
        kept.append(rows.frame)
        return rows

    monkeypatch.setattr(module, "noisy", recording)
    about = case(settings={"smoothing": {"rows": N, "draws": 60}})
    found = by(run(smoothing, about, Formula(FRAME, sign)))
    votes = (sign(kept[0]) >= 0.5).reshape(N, 80)
    signed = np.array([certify(row, 0.25, 0.001) for row in votes.astype(int)])
    right = np.sign(np.nan_to_num(signed)) == 2 * about.target - 1
    for radius in (0.1, 0.25):
        expected = (right & (np.abs(np.nan_to_num(signed)) >= radius)).mean()
        assert found["certified_accuracy", f"radius={radius:g}"].value == pytest.approx(expected)
    assert found["abstention_rate", "all"].value == pytest.approx(np.isnan(signed).mean())


def test_a_constant_model_is_certified_as_far_as_the_draws_allow() -> None:
    about = case()
    found = by(run(smoothing, about, Formula(FRAME, lambda f: np.full(f.height, 0.9))))
    at_most = found["certified_accuracy", "radius=0.4"].value
    assert at_most == found["certified_accuracy", "radius=0.1"].value
    assert at_most == pytest.approx(about.target.mean(), abs=0.12)


def test_rows_asked_are_those_declared() -> None:
    oracle = Oracle(Formula(FRAME, sign))
    oracle.run([smoothing], case())
    assert oracle.tally.asked == smoothing.rows(case()) == 100 * 220


def test_without_numbers_or_with_recorded_answers_it_does_not_apply() -> None:
    frame = FRAME.select("kind")
    about = DecisionCase(rows=Rows.of(frame), target=np.zeros(N, int), threshold=np.full(N, 0.5))
    (finding,) = run(smoothing, about, Formula(frame, lambda f: np.full(f.height, 0.3)))
    assert finding.verdict is Verdict.NOT_APPLICABLE
    held, model = recorded(np.arange(N) % 2, np.full(N, 0.3), FRAME.select("x"))
    finding, *_others = run(smoothing, held, model)
    assert finding.verdict is Verdict.NOT_APPLICABLE


def test_few_draws_certify_nothing_and_the_finding_can_be_written() -> None:
    about = case(settings={"smoothing": {"rows": 20, "draws": 9}})
    found = by(run(smoothing, about, Formula(FRAME, sign)))
    assert found["certified_accuracy", "all"].details["most"] is None
    assert found["abstention_rate", "all"].value == 1.0
    canonical_json(found["certified_accuracy", "all"].to_json())


@pytest.mark.parametrize("radii", [[], ["far"], [-0.1], [math.nan], "0.1"])
def test_radii_that_are_none_are_refused_by_name(radii: Any) -> None:
    finding, *_others = run(
        smoothing, case(settings={"smoothing": {"radii": radii}}), Formula(FRAME, sign)
    )
    assert finding.verdict is Verdict.NOT_RUN
    assert "assess.settings.smoothing.radii" in finding.reason
