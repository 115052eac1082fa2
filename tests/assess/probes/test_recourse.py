from __future__ import annotations

import json
from typing import Any

import numpy as np
import polars as pl
import pytest

from proofstone.assess.probes import recourse as module
from proofstone.assess.probes.recourse import recourse
from proofstone.checks.cases import DecisionCase
from proofstone.checks.oracle import Oracle
from proofstone.core.finding import Verdict
from proofstone.core.project.schema import Rule
from proofstone.models.constraints import Bounds, Constraints
from proofstone.models.rows import Rows

from .cases import Formula, by, recorded, run

RNG = np.random.default_rng(0)
FRAME = pl.DataFrame(RNG.random((600, 4)), schema=["age", "income", "debt", "other"])
SIDE = np.where(np.arange(600) % 3 == 0, "few", "many").astype(object)


def score(frame: pl.DataFrame) -> np.ndarray:
    age, income, debt = (frame[name].to_numpy() for name in ("age", "income", "debt"))
    return np.asarray(1 / (1 + np.exp(-(3 * age + 4 * income - 3 * debt - 3.5))))


def case(frame: pl.DataFrame = FRAME, **about: Any) -> tuple[DecisionCase, Formula]:
    model, n = Formula(frame, score), frame.height
    about = {"target": np.arange(n) % 2, "threshold": np.full(n, 0.5), "model": model} | about
    return DecisionCase(rows=Rows(frame, np.arange(n) + 7000), **about), model


FIXED = Constraints({"age": Bounds("none"), "debt": Bounds("down"), "income": Bounds(high=0.8)},
                    (Rule(name="affordable", expression="debt <= 2 * income"),))  # fmt: skip


def test_an_immutable_input_is_never_changed_and_what_is_shown_holds() -> None:
    found = by(run(recourse, *case(constraints=FIXED)))
    rate = found["recourse_rate", "all"]
    assert rate.n == 100
    assert 0.5 < rate.low < rate.value < rate.high <= 1
    assert rate.details["fixed"] == ["age"]
    assert rate.details["relations"] == ["affordable"]
    assert len(rate.details["examples"]) == 5
    for one in rate.details["examples"]:
        before = FRAME.row(one["row"] - 7000, named=True)
        assert {change["column"] for change in one["changes"]} <= {"income", "debt", "other"}
        assert all(before[change["column"]] == change["from"] for change in one["changes"])
        after = before | {change["column"]: change["to"] for change in one["changes"]}
        assert score(pl.DataFrame([after]))[0] == pytest.approx(one["score_after"])
        assert one["score"] < 0.5 <= one["score_after"]
        assert after["debt"] <= max(before["debt"], 2 * after["income"])
    json.dumps(rate.to_json(), allow_nan=False)
    free = by(run(recourse, *case()))
    assert free["recourse_rate", "all"].value >= rate.value
    changes = found["recourse_changes", "all"]
    assert changes.value in (1, 1.5, 2, 2.5, 3)
    assert sum(changes.details["changes"].values()) == found["recourse_cost", "all"].n


def test_a_group_that_has_to_do_more_is_found() -> None:
    frame = FRAME.with_columns(age=pl.Series(np.where(SIDE == "few", 0.1, 0.5)))
    known = Constraints({"age": Bounds("none")})
    found = by(run(recourse, *case(frame, protected={"side": SIDE}, constraints=known)))
    gap = found["recourse_cost_difference", "side"]
    costs = [found["recourse_cost", f"side={one}"].value for one in ("few", "many")]
    assert gap.value == pytest.approx(costs[0] - costs[1])
    assert gap.low <= gap.value <= gap.high
    assert gap.low > 0
    assert [one["group"] for one in gap.details["groups"]] == ["few", "many"]
    by_rate = [found["recourse_rate", f"side={one}"] for one in ("few", "many")]
    assert sum(one.n for one in by_rate) == 100


def test_like_groups_are_rarely_told_apart() -> None:
    alarms = 0
    for seed in range(25):
        side = np.random.default_rng(seed).choice(["a", "b"], 600).astype(object)
        about = case(protected={"side": side}, settings={"recourse": {"rows": 60}})
        found = by(run(recourse, *about, seed=seed))
        alarms += found["recourse_cost_difference", "side"].low > 0
    # At 5 % of 25, five or more would happen less than once in a hundred times.
    assert alarms < 5


def test_the_positive_decision_may_be_the_adverse_one() -> None:
    found = by(run(recourse, *case(settings={"recourse": {"adverse": "positive"}})))
    for one in found["recourse_rate", "all"].details["examples"]:
        assert one["score"] >= 0.5 > one["score_after"]
    wrong, *_others = run(recourse, *case(settings={"recourse": {"adverse": "both"}}))
    assert wrong.verdict is Verdict.NOT_RUN
    assert "assess.settings.recourse.adverse" in wrong.reason


def test_no_more_is_asked_than_said_in_few_turns() -> None:
    for settings in ({}, {"recourse": {"rows": 30, "levels": 4}}):
        about, model = case(constraints=FIXED, settings=settings)
        oracle, turns = Oracle(model), []
        oracle.run([recourse], about, progress=turns.append)
        assert oracle.tally.asked <= recourse.rows(about)
        assert len(turns) <= 8


def test_the_same_seed_gives_the_same_findings() -> None:
    first, second = (run(recourse, *case(protected={"side": SIDE}), seed=3) for _ in range(2))
    assert [one.to_json() for one in first] == [one.to_json() for one in second]


def test_a_change_that_does_not_hold_is_never_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    about, model = case()
    real = module.search

    def lying(rows: Rows, *given: object, **named: object) -> Any:
        found = yield from real(rows, *given, **named)
        return type(found)(found.found, found.cost, found.changed, rows)

    monkeypatch.setattr(module, "search", lying)
    rate = run(recourse, about, model)[0]
    assert (rate.metric, rate.value) == ("recourse_rate", 0.0)
    assert rate.details["dropped"] > 0
    assert rate.details["examples"] == []


def test_what_cannot_be_sought_says_why() -> None:
    everything = Constraints({name: Bounds("none") for name in FRAME.columns})
    (finding,) = run(recourse, *case(constraints=everything))
    assert "no input may change" in finding.reason
    (finding,) = run(recourse, *case(threshold=np.zeros(600)))
    assert "no decision is adverse" in finding.reason
    finding, *_others = run(recourse, *recorded(np.arange(401) % 2, np.full(401, 0.3),
                     pl.DataFrame({"a": np.arange(401.0)})))  # fmt: skip
    assert finding.verdict is Verdict.NOT_APPLICABLE
    only = Constraints({name: Bounds("none") for name in ("age", "income", "debt")})
    found = by(run(recourse, *case(constraints=only)))
    assert found["recourse_rate", "all"].value == 0
    assert "no row has recourse" in found["recourse_cost", "all"].reason
