from __future__ import annotations

import numpy as np
import pytest

from proofstone.assess.probes.exposure import exposure
from proofstone.checks.oracle import Oracle
from proofstone.core.finding import Verdict

from .cases import by
from .kinds import ranked


def rankings(favour: float, groups: int = 3) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(0)
    query = np.repeat(np.arange(100), 10)
    codes = rng.integers(0, groups, 1000)
    target = rng.integers(0, 3, 1000).astype(float)
    return target, target + rng.normal(size=1000) - favour * (codes == 1), query, codes


@pytest.mark.parametrize("favour", [0.0, 1.0])
def test_the_group_that_is_shown_least_is_named(favour: float) -> None:
    target, score, query, codes = rankings(favour)
    names = np.array(["a", "b", "c"], dtype=object)[codes]
    case, model = ranked(target, score, query, protected={"region": names})
    every = by(Oracle(model).run([exposure], case, seed=0))
    for metric in exposure.metrics:
        one = every[metric, "region"]
        assert one.low <= one.value <= one.high
        assert one.n == 100
        if favour:
            assert one.high < 1.0
            assert one.details["least"] == "b"
        else:
            assert one.high == 1.0
        ratios = [entry["value"] for entry in one.details["groups"]]
        assert min(ratios) == one.value


def test_what_cannot_be_compared_is_said() -> None:
    target, score, query, _ = rankings(0.0)
    case, model = ranked(target, score, query)
    assert {one.reason for one in Oracle(model).run([exposure], case, seed=0)} == {
        "no protected column is declared"
    }
    people = {
        "id": np.arange(1000).astype(str).astype(object),
        "query": query.astype(str).astype(object),
        "same": np.array(["a"] * 1000, dtype=object),
    }
    case, model = ranked(target, score, query, protected={"id": people["id"]})
    assert {one.verdict for one in Oracle(model).run([exposure], case, seed=0)} == {Verdict.NOT_RUN}
    for name in ("query", "same"):
        case, model = ranked(target, score, query, protected={name: people[name]})
        every = by(Oracle(model).run([exposure], case, seed=0))
        one = every["exposure_ratio", name]
        assert one.value is None
        assert "no query has items of two groups" in one.reason
