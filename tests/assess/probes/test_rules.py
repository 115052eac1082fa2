from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from proofstone.assess.probes.rules import rules
from proofstone.checks.cases import DecisionCase
from proofstone.models.rows import Rows

from .cases import Formula, protected, real, recorded, run

RNG = np.random.default_rng(0)
FRAME = pl.DataFrame({"a": RNG.random(600), "b": RNG.random(600)})


def case(
    score: object, frame: pl.DataFrame = FRAME, **about: object
) -> tuple[DecisionCase, Formula]:
    model, n = Formula(frame, score), frame.height
    found = DecisionCase(rows=Rows.of(frame), target=np.arange(n) % 2, threshold=np.full(n, 0.5),
                         model=model, **about)  # fmt: skip
    return found, model


def corner(frame: pl.DataFrame) -> np.ndarray:
    return np.where((frame["a"] > 0.7) & (frame["b"] <= 0.5), 0.9, 0.1)


def test_a_model_that_is_a_rule_is_told_faithfully() -> None:
    (found,) = run(rules, *case(corner))
    assert found.n == 300
    assert found.low > 0.94
    assert found.details["majority"] == pytest.approx(0.85, abs=0.05)
    assert found.details["gain"]["low"] > 0.05
    (positive,) = [one for one in found.details["rules"] if one["decision"] == "positive"]
    assert {(one["column"], one["is"]) for one in positive["conditions"]} == {
        ("a", "above"), ("b", "at_most"),
    }  # fmt: skip
    assert sum(one["rows"] for one in found.details["rules"]) == 300
    alike = sum(one["alike"] for one in found.details["rules"])
    assert alike / 300 == pytest.approx(found.value)
    json.dumps(found.to_json(), allow_nan=False)


def test_rules_of_chance_do_not_beat_the_majority() -> None:
    better = 0
    for seed in range(25):
        chance = np.random.default_rng(100 + seed).random(600)
        about, model = recorded(np.arange(600) % 2, chance, FRAME)
        (found,) = run(rules, about, model, seed=seed)
        assert found.low <= 0.6
        better += found.details["gain"]["low"] > 0
    # At 2.5 % of 25, four or more would happen less than once in a hundred times.
    assert better < 4


@pytest.mark.parametrize("name", ["hmda", "arrests", "titanic"])
def test_recorded_decisions_of_real_tables_are_told(name: str) -> None:
    frame = real(name)
    score = frame["p"].to_numpy()
    inputs = frame.drop("y", "p", *protected(name))
    (found,) = run(rules, *recorded(frame["y"].to_numpy(), score, inputs,
                                    threshold=float(np.quantile(score, 0.8))))  # fmt: skip
    assert found.value > found.details["majority"]
    assert found.low < found.value < found.high
    assert len(found.details["rules"]) <= 8


def test_intervals_cover_the_fidelity_to_all_rows() -> None:
    # The judged half is a sample of a population of 20,000 rows on which these rules' fidelity
    # is that of the same model; the sample's interval should hold what fresh rows show.
    hits = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        frame = pl.DataFrame({"a": rng.random(400), "b": rng.random(400)})
        about, model = case(lambda f: 0.5 * (f["a"] + f["b"]).to_numpy(), frame,
                            settings={"rules": {"leaves": 3}})  # fmt: skip
        (found,) = run(rules, about, model, seed=seed)
        fresh = pl.DataFrame({"a": rng.random(20_000), "b": rng.random(20_000)})
        told = np.zeros(20_000, dtype=bool)
        for one in found.details["rules"]:
            held = np.ones(20_000, dtype=bool)
            for part in one["conditions"]:
                above = fresh[part["column"]].to_numpy() > part["value"]
                held &= above if part["is"] == "above" else ~above
            told |= held & (one["decision"] == "positive")
        truth = (told == (fresh["a"] + fresh["b"] >= 1).to_numpy()).mean()
        hits += found.low <= truth <= found.high
    assert hits >= 52


def test_what_cannot_be_told_says_why() -> None:
    (finding,) = run(rules, *case(lambda f: np.full(f.height, 0.3)))
    assert "every decision is the same" in finding.reason
    (finding,) = run(rules, *case(corner, FRAME[:30]))
    assert "fewer than 40 rows" in finding.reason
    about, model = case(corner)
    texts = tuple(replace(one, kind="text") for one in model.signature.inputs)
    model.signature = replace(model.signature, inputs=texts)
    (finding,) = run(rules, about, model)
    assert "no input to make rules of" in finding.reason
    many = pl.DataFrame({"id": [f"n{i}" for i in range(3000)]})
    (finding,) = run(rules, *recorded(np.arange(3000) % 2, np.arange(3000) / 3000, many))
    assert finding.value == pytest.approx(0.5, abs=0.05)
    assert finding.details["rules"][0]["conditions"] == []


def test_the_same_seed_gives_the_same_rules() -> None:
    first, second = (run(rules, *case(corner), seed=4)[0].to_json() for _ in range(2))
    assert first == second
