from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import log_loss, roc_auc_score

from proofstone.assess.attack.corrupt import UNITS
from proofstone.assess.probes.corruptions import corruptions
from proofstone.checks.cases import DecisionCase
from proofstone.checks.oracle import Oracle
from proofstone.core.errors import InputError
from proofstone.core.finding import Verdict
from proofstone.models.rows import Rows

from .cases import Formula, by, real, recorded, run

METRICS = ("corrupted_auc_drop", "corrupted_log_loss_rise", "corrupted_flip_rate")


def score(frame: pl.DataFrame) -> np.ndarray:
    z = 2 * frame["x"].fill_null(0.0).to_numpy() + 0.5 * frame["y"].fill_null(0.0).to_numpy()
    return 1 / (1 + np.exp(-np.clip(z, -30, 30)))


def case(n: int = 1500, **about: Any) -> DecisionCase:
    rng = np.random.default_rng(0)
    frame = pl.DataFrame(
        {"x": rng.standard_normal(n), "y": rng.standard_normal(n), "kind": ["yes", "no"] * (n // 2)}
    )
    target = (rng.random(n) < score(frame)).astype(int)
    return DecisionCase(rows=Rows.of(frame), target=target, threshold=np.full(n, 0.5), **about)


def test_each_change_is_what_scikit_learn_says_of_the_rows_that_were_asked() -> None:
    about = case(settings={"corruptions": {"rows": 10_000}})
    found = by(run(corruptions, about, Formula(about.rows.frame, score)))
    clean = score(about.rows.frame)
    assert found["corrupted_flip_rate", "all"].value == max(
        one.value for (metric, _), one in found.items() if metric == "corrupted_flip_rate"
    )
    shifted = found["corrupted_auc_drop", "corruption=shifted"]
    assert shifted.value == pytest.approx(0.0, abs=1e-12)  # a monotone shift of all keeps the order
    name, sign = found["corrupted_log_loss_rise", "corruption=shifted"].details["column"].split()
    half = 0.5 * about.rows.frame[name].std() * (1 if sign == "+" else -1)
    moved = score(about.rows.frame.with_columns(pl.col(name) + half))
    rise = log_loss(about.target, moved) - log_loss(about.target, clean)
    assert found["corrupted_log_loss_rise", "corruption=shifted"].value == pytest.approx(rise)
    name, sign = found["corrupted_auc_drop", "corruption=reweighted"].details["column"].split()
    z = (about.rows.frame[name] - about.rows.frame[name].mean()) / about.rows.frame[name].std()
    weight = np.exp(np.clip(z.to_numpy(), -4, 4) * (0.5 if sign == "+" else -0.5))
    drop = roc_auc_score(about.target, clean) - roc_auc_score(
        about.target, clean, sample_weight=weight
    )
    assert found["corrupted_auc_drop", "corruption=reweighted"].value == pytest.approx(drop)


def test_the_worst_kind_is_named_and_its_interval_is_wider() -> None:
    about = case()
    found = by(run(corruptions, about, Formula(about.rows.frame, score)))
    worst = found["corrupted_flip_rate", "all"]
    own = found["corrupted_flip_rate", f"corruption={worst.details['kind']}"]
    assert worst.value == own.value
    assert worst.low <= own.low < own.high <= worst.high
    # A model of signs alone hardly minds a unit.
    assert found["corrupted_flip_rate", "corruption=units_x100"].value < 0.6
    assert corruptions.rows(about) >= 1000


def test_a_model_that_reads_only_the_category_minds_only_typos_and_gaps() -> None:
    about = case()

    def reads(frame: pl.DataFrame) -> np.ndarray:
        return np.where((frame["kind"] == "yes").fill_null(value=False).to_numpy(), 0.9, 0.1)

    found = by(run(corruptions, about, Formula(about.rows.frame, reads)))
    for kind in ("noise", *UNITS, "swapped", "shifted"):
        assert found["corrupted_flip_rate", f"corruption={kind}"].value == 0.0
    for kind in ("typos", "missing"):
        one = found["corrupted_flip_rate", f"corruption={kind}"]
        assert 0.02 < one.low < one.value < 0.1


def test_no_more_rows_are_asked_than_declared_and_the_seed_decides() -> None:
    about = case()
    first, second = (
        Oracle(Formula(about.rows.frame, score)),
        Oracle(Formula(about.rows.frame, score)),
    )
    one, two = (oracle.run([corruptions], about, seed=5) for oracle in (first, second))
    assert [finding.to_json() for finding in one] == [finding.to_json() for finding in two]
    assert first.tally.asked <= corruptions.rows(about)


def test_a_kind_that_the_model_refuses_is_not_run_and_the_rest_goes_on() -> None:
    about = case()

    def strict(frame: pl.DataFrame) -> np.ndarray:
        if frame["x"].null_count():
            raise InputError("row 3, field x: is missing")
        return score(frame)

    oracle = Oracle(Formula(about.rows.frame, strict))
    found = by(oracle.run([corruptions], about))
    refused = found["corrupted_flip_rate", "corruption=missing"]
    assert refused.verdict is Verdict.NOT_RUN
    assert "is missing" in refused.reason
    assert found["corrupted_auc_drop", "corruption=noise"].value is not None
    assert oracle.tally.asked <= corruptions.rows(about)


def test_a_model_that_refuses_everything_and_recorded_answers_are_not_run() -> None:
    about = case()

    def broken(frame: pl.DataFrame) -> np.ndarray:
        raise InputError("out of order")

    (finding,) = run(corruptions, about, Formula(about.rows.frame, broken))
    assert (finding.verdict, finding.reason) == (Verdict.NOT_RUN, "out of order")
    held, model = recorded(about.target, score(about.rows.frame), about.rows.frame)
    answered = by(run(corruptions, held, model))
    absent = answered["corrupted_flip_rate", "all"]
    assert absent.verdict is Verdict.NOT_APPLICABLE
    assert "no prediction was recorded" in absent.reason
    assert {subject for _, subject in answered} == {"all", "corruption=reweighted"}


@pytest.mark.parametrize("n", [2, 4])
def test_few_rows_and_one_class_do_not_crash(n: int) -> None:
    about = case(n)
    one_class = DecisionCase(
        rows=about.rows, target=np.ones(n, dtype=int), threshold=about.threshold
    )
    found = by(run(corruptions, one_class, Formula(about.rows.frame, score)))
    assert found["corrupted_auc_drop", "corruption=noise"].value is None
    assert found["corrupted_flip_rate", "corruption=noise"].value is not None


@pytest.mark.parametrize("name", ["hmda", "arrests", "titanic"])
def test_real_tables(name: str) -> None:
    table = real(name)
    frame = table.drop("y", "p")
    numeric = [one for one in frame.columns if frame.schema[one].is_numeric()]

    def reads(asked: pl.DataFrame) -> np.ndarray:
        z = sum(
            (asked[one].cast(pl.Float64).fill_null(0.0).to_numpy() - frame[one].mean())
            / frame[one].std()
            for one in numeric
        )
        return 1 / (1 + np.exp(-np.clip(z, -30, 30)))

    about = DecisionCase(
        rows=Rows.of(frame), target=table["y"].to_numpy(), threshold=np.full(table.height, 0.5)
    )
    found = by(run(corruptions, about, Formula(frame, reads)))
    for metric in METRICS:
        for kind in ("typos", "missing", "noise", *UNITS):
            one = found[metric, f"corruption={kind}"]
            assert one.low <= one.value <= one.high


def test_a_refusal_that_only_a_late_row_meets_costs_one_kind_alone() -> None:
    about = case()
    greatest = float(about.rows.frame["x"].abs().max())

    def strict(frame: pl.DataFrame) -> np.ndarray:
        if frame["kind"].null_count() > 10:  # 50 rows have about five, 1,000 about a hundred
            raise ValueError("too many gaps")
        if greatest < float(frame["x"].abs().max() or 0.0) < 2 * greatest:
            raise InputError("x is out of range")
        return score(frame)

    oracle = Oracle(Formula(about.rows.frame, strict))
    found = oracle.run([corruptions], about)
    assert len({(one.metric, one.subject) for one in found}) == len(found)
    named = by(found)
    missing = named["corrupted_flip_rate", "corruption=missing"]
    assert (missing.verdict, missing.reason) == (Verdict.NOT_RUN, "ValueError: too many gaps")
    assert named["corrupted_flip_rate", "all"].value is not None
    shifted = named["corrupted_flip_rate", "corruption=shifted"]
    assert shifted.value is not None
    assert set(shifted.details["refused"]) <= {"x +", "x -"}
    assert shifted.details["refused"]
    assert oracle.tally.asked <= corruptions.rows(about)


def test_a_late_row_that_is_refused_undamaged_ends_the_probe_with_its_reason() -> None:
    about = case()

    def strict(frame: pl.DataFrame) -> np.ndarray:
        if frame["x"].null_count() or frame.height > 500:
            raise InputError("a late row cannot be")
        return score(frame)

    oracle = Oracle(Formula(about.rows.frame, strict))
    (finding,) = oracle.run([corruptions], about)
    assert (finding.subject, finding.verdict) == ("all", Verdict.NOT_RUN)
    assert finding.reason == "a late row cannot be"
    assert oracle.tally.asked <= corruptions.rows(about)
