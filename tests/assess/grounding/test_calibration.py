from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from proofstone.assess.grounding.calibration import calibration
from proofstone.assess.grounding.claims import Claim, claims
from proofstone.assess.grounding.grounded import support
from proofstone.measures.intervals import wilson


def test_no_topic_is_of_both_halves() -> None:
    halves = {
        half: {one.topic for one in claims() if one.half == half} for half in ("fit", "judge")
    }
    assert halves["fit"].isdisjoint(halves["judge"])
    counts = Counter((one.half, one.language, one.supported) for one in claims())
    assert len(counts) == 8
    assert min(counts.values()) >= 20
    assert len({one.text for one in claims()}) == len(claims()) >= 160


def reworded(half: str) -> list[Claim]:
    """The labelled sentences that do not stand in their passage."""
    return [one for one in claims() if one.half == half and one.text not in one.passage]


def test_no_other_threshold_serves_the_fit_half_better() -> None:
    fit = reworded("fit")
    scores = np.array([support(one.text, one.passage).score for one in fit])
    supported = np.array([one.supported for one in fit])

    def worth(threshold: float) -> float:
        return float(
            (scores[supported] >= threshold).mean() + (scores[~supported] < threshold).mean()
        )

    best = worth(calibration().threshold)
    assert best == max(worth(threshold) for threshold in np.linspace(0, 1.01, 500))
    assert best > 1.6
    assert len(fit) < 96


def test_the_rates_are_those_of_the_judge_half() -> None:
    check = calibration()
    judge = reworded("judge")
    for supported, rate in ((True, check.specificity), (False, check.sensitivity)):
        some = [one for one in judge if one.supported is supported]
        kept = [support(one.text, one.passage).score >= check.threshold for one in some]
        right = sum(one is supported for one in kept)
        assert rate.value == pytest.approx(right / len(some))
        low, high = rate.interval(0.95)
        plain = wilson(right, len(some), 0.95)
        assert low <= plain.low + 1e-12
        assert high >= plain.high - 1e-12
        assert low > 0.4


def test_both_halves_fail_where_the_check_is_blind() -> None:
    """The labelled sentences hold cases that words alone cannot tell: the rates are below 1."""
    check = calibration()
    assert check.sensitivity.value < 1.0
    assert check.specificity.value < 1.0
