from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from proofstone.core.finding import Finding
from proofstone.pipeline.select import select

GATES = [
    {"metric": "roc_auc", "min": 0.7},
    {"metric": "selection_rate_difference", "subject": "sex", "max": 0.1},
]


@dataclass(frozen=True)
class Measured:
    """A candidate: its roc_auc's interval, and its gap's; None for what was not measured."""

    auc: tuple[float, float] | None = (0.8, 0.9)
    gap: tuple[float, float] | None = (0.0, 0.05)

    def read(self, name: str) -> bytes:
        assert name == "findings.json"
        found = [_finding("roc_auc", "all", self.auc), _finding(*GAP, self.gap)]
        return json.dumps([one.to_json() for one in found if one is not None]).encode()


GAP = ("selection_rate_difference", "sex")
OPEN = Measured()
UNCLEAR = Measured(gap=(0.05, 0.2))
UNMEASURED = Measured(gap=None)
SHUT = Measured(gap=(0.2, 0.3))


def _finding(metric: str, subject: str, ends: tuple[float, float] | None) -> Finding | None:
    if ends is None:
        return None
    value = sum(ends) / 2
    return Finding(probe="p", metric=metric, subject=subject, value=value, low=ends[0],
                   high=ends[1], n=100)  # fmt: skip


def choose(
    candidates: Mapping[str, Measured],
    gates: list[dict[str, Any]] = GATES,
    **rule: Any,
) -> dict[str, Any]:
    context = SimpleNamespace(
        settings={
            "gates": gates, "select": rule, "candidates": list(candidates),
        },
        inputs=candidates,
    )  # fmt: skip
    return json.loads(select.function(context)["choice"].files["choice.json"])


def ranked(*args: Any, **rule: Any) -> list[str]:
    return [entry["name"] for entry in choose(*args, **rule)["ranking"]]


def test_a_pass_comes_before_what_is_unclear_unmeasured_and_shut() -> None:
    better = Measured(auc=(0.9, 0.95), gap=SHUT.gap)
    candidates = {"shut": better, "unmeasured": UNMEASURED, "unclear": UNCLEAR, "open": OPEN}
    assert ranked(candidates) == ["open", "unclear", "unmeasured", "shut"]
    verdicts = [entry["verdict"] for entry in choose(candidates)["ranking"]]
    assert verdicts == ["pass", "inconclusive", "not_run", "fail"]
    assert choose(candidates)["winner"] == "open"


def test_among_equals_the_fewer_gates_not_passed() -> None:
    twice = Measured(auc=(0.65, 0.99), gap=UNCLEAR.gap)
    assert ranked({"twice": twice, "once": UNCLEAR}) == ["once", "twice"]


def test_then_the_named_end_of_the_preferred_metric() -> None:
    candidates = {"wide": Measured(auc=(0.75, 0.99)), "narrow": Measured(auc=(0.8, 0.85))}
    assert ranked(candidates) == ["narrow", "wide"]
    assert ranked(candidates, bound="high") == ["wide", "narrow"]
    assert ranked(candidates, bound="high", greatest=False) == ["narrow", "wide"]


def test_equal_candidates_stay_in_the_order_of_the_file() -> None:
    assert ranked({"b": OPEN, "a": OPEN, "c": OPEN}) == ["b", "a", "c"]


def test_a_candidate_without_the_preferred_metric_is_the_last_of_its_equals() -> None:
    gate = GATES[1:]
    candidates = {"none": Measured(auc=None), "bad": Measured(auc=(0.1, 0.2)), "shut": SHUT}
    choice = choose(candidates, gate)
    assert [one["name"] for one in choice["ranking"]] == ["bad", "none", "shut"]
    assert [one["preferred"] for one in choice["ranking"]] == [0.1, None, 0.8]


def test_the_preferred_metric_is_that_of_all_rows() -> None:
    candidates = {"a": Measured(gap=(0.01, 0.05)), "b": Measured(gap=(0.0, 0.02))}
    found = choose(candidates, prefer="selection_rate_difference", bound="high", greatest=False)
    assert [one["preferred"] for one in found["ranking"]] == [None, None]


def test_a_gate_that_does_not_apply_is_no_gate_that_was_not_passed() -> None:
    gates = [*GATES[:1], {"metric": GAP[0], "subject": "sex", "not_applicable": "by law"}]
    entry = choose({"shut": SHUT}, gates)["ranking"][0]
    assert (entry["verdict"], entry["not_passed"]) == ("pass", 0)


def test_without_a_gate_the_bound_alone_decides() -> None:
    choice = choose({"a": OPEN, "b": Measured(auc=(0.85, 0.9))}, [])
    assert choice["winner"] == "b"
    assert choice["ranking"][0]["verdict"] == "not_run"


@pytest.mark.parametrize(("rule", "words"), [
    ({}, "the greatest low bound of roc_auc"),
    ({"prefer": "log_loss", "bound": "high", "greatest": False}, "the least high bound of log_l"),
])  # fmt: skip
def test_the_rule_is_a_sentence(rule: dict[str, Any], words: str) -> None:
    says = choose({"a": OPEN}, **rule)["rule"]
    assert words in says
    assert says.index("gates all pass") < says.index("fewest gates") < says.index(words)
