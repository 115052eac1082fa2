from __future__ import annotations

import numpy as np
import pytest

from proofstone.assess.probes.group_calibration import METRICS, group_calibration
from proofstone.core.finding import Verdict

from .cases import TABLES, by, protected, real, recorded, run


@pytest.mark.parametrize("name", TABLES)
def test_gaps_of_real_tables_are_means(name: str) -> None:
    frame = real(name)
    people = {column: frame[column].to_numpy() for column in protected(name)}
    y, score = frame["y"].to_numpy(), frame["p"].to_numpy()
    case, model = recorded(y, score, frame.drop("y", "p"), 0.3, protected=people)
    found = by(run(group_calibration, case, model))
    for column, values in people.items():
        gaps = {}
        for group in sorted(set(values)):
            inside = values == group
            one = found["calibration_gap", f"{column}={group}"]
            gaps[group] = score[inside].mean() - y[inside].mean()
            assert one.value == pytest.approx(gaps[group], abs=1e-9)
            assert one.low < one.value < one.high
            assert one.details["observed"] == pytest.approx(y[inside].mean(), abs=1e-9)
            error = found["group_calibration_error", f"{column}={group}"]
            assert 0 <= error.low <= error.value <= error.high
        spread = found["calibration_gap_difference", column]
        if len(gaps) == 2:
            first, second = gaps.values()
            assert spread.value == pytest.approx(abs(first - second), abs=1e-9)
        assert spread.low <= spread.value <= spread.high


def test_a_model_without_the_attribute_is_ill_calibrated_for_black_applicants() -> None:
    frame = real("hmda")
    case, model = recorded(
        frame["y"].to_numpy(), frame["p"].to_numpy(), frame.drop("y", "p"), 0.2,
        protected={"afam": frame["afam"].to_numpy()},
    )  # fmt: skip
    gap = by(run(group_calibration, case, model))["calibration_gap_difference", "afam"]
    assert gap.low > 0.02


def test_groups_of_one_row_of_one_label_and_identifiers() -> None:
    rng = np.random.default_rng(0)
    y, score = rng.integers(0, 2, 300), rng.random(300)
    y[150:170] = 1
    people = {
        "few": np.array(["a"] * 299 + ["b"], dtype=object),
        "one": np.array(["x"] * 150 + ["y"] * 20 + ["x"] * 130, dtype=object),
        "id": np.array([str(i) for i in range(300)], dtype=object),
    }
    found = by(run(group_calibration, *recorded(y, score, protected=people)))
    assert found["calibration_gap", "few=b"].high - found["calibration_gap", "few=b"].low > 1
    for subject in ("few=b", "one=y"):
        assert found["group_calibration_error", subject].value is None
        assert "fewer than 10 rows" in found["group_calibration_error", subject].reason
    assert found["group_calibration_error_difference", "one"].value is None
    assert {found[metric, "id"].verdict for metric in METRICS} == {Verdict.NOT_RUN}


def test_without_protected_columns_and_the_same_twice() -> None:
    y, score = np.arange(100) % 2, np.linspace(0, 1, 100)
    refused = run(group_calibration, *recorded(y, score))
    assert [one.metric for one in refused] == list(METRICS)
    assert all("no protected column" in one.reason for one in refused)
    about = {"s": np.array(["a", "b", "b", "a"] * 25, dtype=object)}
    case, model = recorded(y, score, protected=about)
    assert run(group_calibration, case, model) == run(group_calibration, case, model)
