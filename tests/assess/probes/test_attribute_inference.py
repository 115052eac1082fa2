from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from proofstone.assess.probes.attribute_inference import attribute_inference
from proofstone.checks.cases import DecisionCase
from proofstone.checks.oracle import Oracle
from proofstone.core.errors import InputError
from proofstone.core.finding import Finding, Verdict
from proofstone.models.rows import Rows

from .cases import Formula, by, real

N = 600
RNG = np.random.default_rng(0)
X = RNG.normal(size=N)
SEX = np.where(RNG.random(N) < 1 / (1 + np.exp(-X)), "f", "m")
FRAME = pl.DataFrame({"x": X, "z": RNG.normal(size=N), "sex": SEX, "age": np.arange(N) / 7})


def logistic(margin: Callable[[pl.DataFrame], Any]) -> Callable[[pl.DataFrame], np.ndarray]:
    return lambda frame: 1 / (1 + np.exp(-np.asarray(margin(frame), dtype=float)))


def measure(
    score: Callable[[pl.DataFrame], np.ndarray], frame: pl.DataFrame = FRAME, **about: Any
) -> tuple[dict[tuple[str, str], Finding], int, DecisionCase]:
    n = len(frame)
    case = DecisionCase(
        rows=Rows.of(frame), target=np.arange(n) % 2, threshold=np.full(n, 0.5), **about
    )
    oracle = Oracle(Formula(frame, score))
    return by(oracle.run([attribute_inference], case)), oracle.tally.asked, case


def sex(frame: pl.DataFrame = FRAME) -> dict[str, np.ndarray]:
    return {"sex": frame["sex"].to_numpy().astype(object)}


def test_a_model_that_uses_a_column_gives_it_away_wholly() -> None:
    score = logistic(lambda f: f["x"] + 0.3 * (f["sex"] == "m"))
    found, asked, case = measure(score, protected=sex())
    one = found["attribute_inference_gain", "sex"]
    # Guessed perfectly with the score; without it no better than x tells.
    most = 1 - roc_auc_score(SEX == "f", X)
    assert most - 0.02 < one.value < most + 0.06
    assert one.low > 0.1
    assert one.details["null"]["low"] <= 0.0
    assert asked <= attribute_inference.rows(case)
    assert found["attribute_inference_gain", "all"].details["column"] == "sex"


def test_a_model_that_ignores_an_input_gives_nothing_away() -> None:
    found, _, _ = measure(logistic(lambda f: f["x"]), protected=sex())
    one = found["attribute_inference_gain", "sex"]
    assert abs(one.value) < 0.03
    assert one.low <= 0.0 <= one.high


def test_what_is_no_input_is_known_to_be_nought_and_nothing_is_asked() -> None:
    people = sex()
    frame = FRAME.drop("sex")
    found, asked, case = measure(logistic(lambda f: f["x"]), frame, protected=people)
    one = found["attribute_inference_gain", "sex"]
    assert (one.value, one.low, one.high) == (0.0, 0.0, 0.0)
    assert one.details == {"input": False, "null": None}
    assert asked == attribute_inference.rows(case) == 0


def test_several_values_and_a_column_that_the_project_names() -> None:
    kinds = FRAME.with_columns(
        kind=pl.Series(np.random.default_rng(2).choice(["a", "b", "c"], N)),
        rare=pl.Series(["u"] * (N - 5) + ["v"] * 5),
    )
    score = logistic(lambda f: f["x"] + (f["kind"] == "b"))
    settings = {"attribute_inference": {"columns": ["kind", "rare", "age"]}}
    found, _, _ = measure(score, kinds, settings=settings)
    # Only b is told from the rest, so that a and c stay half known: 1/3 of 1/2 and 2/3 of 1/4.
    assert found["attribute_inference_gain", "kind"].value == pytest.approx(1 / 3, abs=0.06)
    for name in ("rare", "age"):
        assert found["attribute_inference_gain", name].value is None
        assert "it takes 2 to 10" in found["attribute_inference_gain", name].reason


def test_missing_values_are_left_out() -> None:
    holes = FRAME.with_columns(
        sex=pl.when(pl.int_range(N) % 3 == 0).then(None).otherwise(pl.col("sex"))
    )
    found, _, _ = measure(logistic(lambda f: f["x"]), holes, protected=sex())
    assert found["attribute_inference_gain", "sex"].n == N - N // 3


def test_a_real_table_with_a_score_that_uses_race() -> None:
    frame = real("hmda").select("pirat", "lvrat", "chist", "afam")[:800]
    score = logistic(lambda f: f["pirat"].to_numpy() + 0.5 * (f["afam"] == "yes").to_numpy())
    people = {"afam": frame["afam"].to_numpy().astype(object)}
    found, _, _ = measure(score, frame, protected=people)
    assert found["attribute_inference_gain", "afam"].low > 0.2


def test_no_column_is_said_and_the_seed_decides() -> None:
    found, _, _ = measure(logistic(lambda f: f["x"]))
    assert "no column is protected" in found["attribute_inference_gain", "all"].reason
    score = logistic(lambda f: f["x"] + (f["sex"] == "m") * (f["z"] > 1.5))
    first, again = (measure(score, protected=sex())[0] for _ in range(2))
    assert [one.to_json() for one in first.values()] == [one.to_json() for one in again.values()]


def test_a_column_that_is_not_there_is_refused_and_passes_no_gate() -> None:
    settings = {"attribute_inference": {"columns": ["sexx"]}}
    found, asked, _ = measure(logistic(lambda f: f["x"]), settings=settings)
    (one,) = found.values()
    assert (one.value, one.verdict, asked) == (None, Verdict.NOT_RUN, 0)
    assert one.reason == "assess.settings.attribute_inference.columns: no column sexx"
    case = DecisionCase(
        rows=Rows.of(FRAME), target=np.arange(N) % 2, threshold=np.full(N, 0.5), settings=settings
    )
    with pytest.raises(InputError) as caught:
        next(attribute_inference.function(case, np.random.default_rng(0)))
    assert caught.value.hint == "did you mean sex?"


def test_a_plain_string_is_one_column() -> None:
    settings = {"attribute_inference": {"columns": "sex"}}
    found, _, _ = measure(logistic(lambda f: f["x"]), settings=settings)
    assert {subject for _, subject in found} == {"all", "sex"}


def test_a_score_that_says_nothing_gains_exactly_nothing() -> None:
    """Both guesses come from the same folds and seed, so that nothing but the score differs."""
    found, _, _ = measure(lambda frame: np.full(frame.height, 0.3), protected=sex())
    one = found["attribute_inference_gain", "sex"]
    assert (one.value, one.details["null"]["gain"]) == (0.0, 0.0)
