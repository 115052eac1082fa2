from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from proofstone.assess.challenge.case import Answers, recorded_duel
from proofstone.core.errors import DataError, InputError
from proofstone.core.finding import Finding, Verdict

FRAME = pl.DataFrame(
    {"y": [0, 1, 1, 0], "a": [0.1, 0.6, 0.7, 0.2], "b": [0.4, 0.5, 0.9, 0.6], "g": list("uuvv")}
)


def test_both_columns_answer_the_same_rows() -> None:
    duel = recorded_duel(FRAME, label="y", champion="a", challenger="b", protected=["g"])
    assert duel.case.target.tolist() == [0, 1, 1, 0]
    assert duel.case.champion.decided.tolist() == [False, True, True, False]
    assert duel.case.protected["g"].tolist() == list("uuvv")
    assert duel.positive == "1"


def test_base_rate_gives_each_model_a_threshold_of_its_own() -> None:
    duel = recorded_duel(FRAME, label="y", champion="a", challenger="b", threshold="base_rate")
    assert duel.case.champion.threshold[0] == 0.6
    assert duel.case.threshold[0] == 0.6
    higher = FRAME.with_columns(b=pl.col("b") / 2)
    duel = recorded_duel(higher, label="y", champion="a", challenger="b", threshold="base_rate")
    assert duel.case.threshold[0] == 0.3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"champion": "b"}, "column b is named for both models"),
        ({"challenger": "c"}, "there is no column named 'c'"),
        ({"label": "g"}, "which value is positive"),
        ({"protected": ["h"]}, "there is no column named 'h'"),
    ],
)
def test_what_does_not_fit_is_named(change: dict[str, object], said: str) -> None:
    told = {"label": "y", "champion": "a", "challenger": "b"} | change
    with pytest.raises(DataError, match=said):
        recorded_duel(FRAME, **told)  # type: ignore[arg-type]


def test_rows_without_a_score_are_left_out_of_both() -> None:
    frame = FRAME.with_columns(b=pl.Series([0.1, 0.2, None, 0.3]))
    duel = recorded_duel(frame, label="y", champion="a", challenger="b", protected=["g"])
    assert duel.case.target.tolist() == [0, 1, 0]
    assert duel.case.champion.score.tolist() == [0.1, 0.6, 0.2]
    assert duel.case.protected["g"].tolist() == list("uuv")
    measured = Finding(probe="challenge", metric="accuracy_change", value=0.0, low=0.0, high=0.0)
    partial, left = duel.told([measured])
    assert partial.verdict is Verdict.INCONCLUSIVE
    assert (left.metric, left.n) == ("unusable_rows", 1)
    assert "column b, row 2" in left.reason


def test_scores_that_are_none_are_refused() -> None:
    with pytest.raises(DataError, match="column b, row 0"):
        recorded_duel(
            FRAME.with_columns(b=pl.lit(None, pl.Float64)), label="y", champion="a", challenger="b"
        )
    with pytest.raises(DataError, match="row 1: the score nan"):
        Answers(np.array([0.5, np.nan]), np.full(2, 0.5))
    with pytest.raises(InputError, match="threshold"):
        recorded_duel(FRAME, label="y", champion="a", challenger="b", threshold=1.5)
