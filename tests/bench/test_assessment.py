"""What the whole assessment is compared by, and what it is not."""

from __future__ import annotations

from typing import Any

import pytest
from bench.assessment import _apart, _difference

GIVEN = {"names": ["income"], "protected": ["sex", "race"]}
NUMBERS: dict[str, Any] = {
    "fairlearn": {
        "selection_rate_difference of sex": 0.25,
        "selection_rate_difference of all of them": 0.5,
    },
    "shap": [1.0],
    "ART": {"flipped": 0.75, "seconds": 3.0},
    "LiRA": 0.625,
}
FOUND = {
    ("selection_rate_difference", "sex"): 0.25,
    ("selection_rate_difference", "sex × race"): 0.625,
    ("mean_abs_shapley", "income"): 1.0,
    ("boundary_flip_rate", "all"): 0.5,
    ("row_membership_auc", "all"): None,
}


def findings(without: tuple[str, str] | None = None) -> list[dict[str, Any]]:
    kept = {key: value for key, value in FOUND.items() if key != without}
    return [
        {"metric": metric, "subject": subject, "value": value}
        for (metric, subject), value in kept.items()
    ]


def test_gaps_of_all_columns_together_are_compared_too() -> None:
    assert _difference(findings(), NUMBERS, GIVEN) == 0.125


@pytest.mark.parametrize("key", [*FOUND][:3])
def test_a_number_that_we_do_not_have_is_no_agreement(key: tuple[str, str]) -> None:
    with pytest.raises(KeyError):
        _difference(findings(without=key), NUMBERS, GIVEN)


def test_attacks_are_told_beside_each_other() -> None:
    assert _apart(findings(), NUMBERS) == (
        "not compared: rows flipped by an attack 0.5, theirs 0.75, membership AUC –, theirs 0.625"
    )
