from __future__ import annotations

from proofstone.models.decision import Decision


def test_groups_have_thresholds_of_their_own() -> None:
    decision = Decision("base_rate", "yes", 0.5, "sex", {"f": 0.3, "m": 0.6})
    assert decision.threshold_of(["f", "m", None, "x"], 4).tolist() == [0.3, 0.6, 0.5, 0.5]
    assert Decision.from_json(decision.to_json()) == decision


def test_one_threshold_is_everyones() -> None:
    assert Decision("fixed", "yes", 0.5).threshold_of((), 2).tolist() == [0.5, 0.5]
