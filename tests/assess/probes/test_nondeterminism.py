from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from proofstone.assess.probes.nondeterminism import nondeterminism
from proofstone.checks.cases import DecisionCase, NumberCase
from proofstone.checks.oracle import Oracle
from proofstone.core.finding import Verdict
from proofstone.models.contract import Feature, Operation, Predict, Signature
from proofstone.models.rows import Rows

from .cases import Formula, by, recorded, run


def case(n: int = 500, **about: Any) -> DecisionCase:
    frame = pl.DataFrame({"x": np.arange(n) / n})
    return DecisionCase(
        rows=Rows.of(frame), target=np.arange(n) % 2, threshold=np.full(n, 0.5), **about
    )


class Wavering(Formula):
    """Answers a share of rows otherwise the second time."""

    def __init__(self, frame: pl.DataFrame, share: float, by: float = 0.1) -> None:
        super().__init__(frame, lambda rows: rows["x"].to_numpy() * 0.5)
        self._share, self._by = share, by

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        answers = super().answer(operation, rows)
        moved = draw * self._by * (rows.frame["x"].to_numpy() < self._share)
        return answers + np.stack([-moved, moved], axis=1)


def test_a_model_that_wavers_is_seen_with_its_share() -> None:
    about = case()
    found = by(run(nondeterminism, about, Wavering(about.rows.frame, 0.3)))
    one = found["answer_change_rate", "all"]
    assert one.n == 200
    assert one.low is not None
    assert one.high is not None
    assert one.low <= 0.3 <= one.high
    assert one.low > 0
    assert one.details["greatest"] == pytest.approx(0.1)


@pytest.mark.parametrize(("share", "by_how_much"), [(0.0, 0.1), (1.0, 1e-12)])
def test_a_steady_model_changes_nothing(share: float, by_how_much: float) -> None:
    about = case()
    found = by(run(nondeterminism, about, Wavering(about.rows.frame, share, by_how_much)))
    assert found["answer_change_rate", "all"].value == 0.0


def test_settings_say_how_many_rows_and_how_much() -> None:
    about = case(settings={"nondeterminism": {"rows": 50, "tolerance": 0.2}})
    oracle = Oracle(Wavering(about.rows.frame, 1.0))
    (one,) = oracle.run([nondeterminism], about)
    assert (one.n, one.value) == (50, 0.0)
    assert oracle.tally.asked == nondeterminism.rows(about) == 100


def test_what_was_recorded_cannot_be_asked_again() -> None:
    about, model = recorded(np.arange(500) % 2, np.full(500, 0.5))
    (one,) = run(nondeterminism, about, model)
    assert one.value is None
    assert one.reason == "recorded predictions cannot be asked again"


class Estimate:
    operations: frozenset[type[Operation]] = frozenset({Predict})
    by_origin = False
    batch_size = 1000
    id = "estimate"
    signature = Signature((Feature("x", "number"),), "number")

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        return 1e12 * (1.0 + 1e-15 * draw) * rows.frame["x"].to_numpy()[:, None]


def test_numbers_are_compared_by_their_size() -> None:
    rows = case().rows
    about = NumberCase(rows=rows, target=np.zeros(len(rows)))
    (one,) = Oracle(Estimate()).run([nondeterminism], about)
    assert one.value == 0.0


def test_no_rows_are_told() -> None:
    (one,) = run(nondeterminism, case(0), Wavering(case().rows.frame, 0.0))
    assert one.reason == "there are no rows"


@pytest.mark.parametrize("rows", [-1, 0, 2.5, True])
def test_rows_that_cannot_be_are_refused_by_name(rows: Any) -> None:
    about = case(settings={"nondeterminism": {"rows": rows}})
    (one,) = run(nondeterminism, about, Wavering(about.rows.frame, 0.0))
    assert one.verdict is Verdict.NOT_RUN
    assert "assess.settings.nondeterminism.rows" in one.reason
