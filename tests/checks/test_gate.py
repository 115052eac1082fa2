from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.checks.gate import find, judge, judge_all, merge
from proofstone.core.finding import FIRST, LEFT_OUT, Finding, Verdict
from proofstone.core.project.schema import Gate

METRIC = "false_positive_rate_difference"


def finding(low: float | None, high: float | None, **more: Any) -> Finding:
    value = None if low is None or high is None else (low + high) / 2
    known: dict[str, Any] = {"value": value, "low": low, "high": high, "n": 600} | more
    return Finding(probe="p", metric=METRIC, subject="race", **known)


def at_most(limit: float, **more: Any) -> Gate:
    return Gate(metric=METRIC, subject="race", max=limit, **more)


def at_least(limit: float) -> Gate:
    return Gate(metric=METRIC, subject="race", min=limit)


@pytest.mark.parametrize(
    ("gate", "low", "high", "verdict"),
    [
        (at_most(0.10), 0.02, 0.10, Verdict.PASS),
        (at_most(0.10), 0.02, 0.1000001, Verdict.INCONCLUSIVE),
        (at_most(0.10), 0.10, 0.20, Verdict.INCONCLUSIVE),
        (at_most(0.10), 0.1000001, 0.20, Verdict.FAIL),
        (at_least(0.80), 0.80, 0.90, Verdict.PASS),
        (at_least(0.80), 0.7999999, 0.90, Verdict.INCONCLUSIVE),
        (at_least(0.80), 0.70, 0.80, Verdict.INCONCLUSIVE),
        (at_least(0.80), 0.70, 0.7999999, Verdict.FAIL),
    ],
)
def test_the_verdict_is_judged_on_the_bound(
    gate: Gate, low: float, high: float, verdict: Verdict
) -> None:
    judged = judge(finding(low, high), gate)
    assert judged.verdict is verdict
    assert judged.gated
    assert (judged.rows_needed is not None) == (verdict is Verdict.INCONCLUSIVE)


@given(
    st.floats(-1, 1),
    st.floats(0, 1),
    st.floats(-1, 1),
    st.booleans(),
)
def test_no_point_estimate_opens_a_gate_alone(
    low: float, width: float, limit: float, upper: bool
) -> None:
    high = low + width
    judged = judge(finding(low, high), at_most(limit) if upper else at_least(limit))
    keeps = high <= limit if upper else low >= limit
    breaks = low > limit if upper else high < limit
    expected = Verdict.PASS if keeps else Verdict.FAIL if breaks else Verdict.INCONCLUSIVE
    assert judged.verdict is expected


def test_inconclusive_says_how_many_rows_would_decide() -> None:
    assert judge(finding(0.08, 0.18), at_most(0.10)).rows_needed == 1700


def test_what_was_not_measured_never_passes() -> None:
    gate = at_most(0.1)
    assert judge(finding(None, None), gate).verdict is Verdict.INCONCLUSIVE
    broken = finding(None, None, verdict=Verdict.NOT_RUN, reason="it broke")
    assert judge(broken, gate).verdict is Verdict.NOT_RUN
    assert judge(broken, gate).reason == "it broke"
    bare = finding(None, None, value=0.0)
    assert judge(bare, gate).verdict is Verdict.INCONCLUSIVE
    absent = find([finding(0, 0.1)], Gate(metric="roc_auc", min=0.5))
    assert judge(absent, Gate(metric="roc_auc", min=0.5)).verdict is Verdict.NOT_RUN


def test_a_gate_that_does_not_apply_says_why_whatever_was_measured() -> None:
    gates = [
        Gate(metric=METRIC, subject="race", not_applicable="race is not recorded"),
        at_most(0.1, not_applicable="race is not recorded"),
    ]
    for gate in gates:
        judged = judge(finding(0.3, 0.4), gate)
        assert judged.verdict is Verdict.NOT_APPLICABLE
        assert judged.reason == "race is not recorded"


@pytest.mark.parametrize(
    ("limits", "verdict"),
    [
        ([], Verdict.NOT_RUN),
        ([0.3], Verdict.PASS),
        ([0.3, 0.15], Verdict.INCONCLUSIVE),
        ([0.3, 0.15, 0.05], Verdict.FAIL),
    ],
)
def test_the_worst_gate_decides(limits: list[float], verdict: Verdict) -> None:
    opening = judge_all([finding(0.1, 0.2)], [at_most(limit) for limit in limits])
    assert opening.verdict is verdict
    assert opening.open == (verdict is Verdict.PASS)
    assert [one.limit for one in opening.gates] == limits


def test_an_unmeasured_gate_shuts_and_an_inapplicable_one_does_not() -> None:
    missing = Gate(metric="roc_auc", min=0.5)
    assert judge_all([finding(0.1, 0.2)], [at_most(0.3), missing]).verdict is Verdict.NOT_RUN
    waived = Gate(metric="roc_auc", min=0.5, not_applicable="nobody ranks")
    assert judge_all([finding(0.1, 0.2)], [at_most(0.3), waived]).open


def test_merge_puts_verdicts_in_place_and_adds_what_was_not_measured() -> None:
    findings = [finding(0.1, 0.2), Finding(probe="p", metric="roc_auc", value=0.8)]
    missing = Gate(metric="log_loss", max=1.0)
    merged = merge(findings, judge_all(findings, [at_most(0.3), missing]).gates)
    assert [one.metric for one in merged] == [METRIC, "roc_auc", "log_loss"]
    assert [one.verdict for one in merged] == [
        Verdict.PASS,
        Verdict.NOT_APPLICABLE,
        Verdict.NOT_RUN,
    ]


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_gates_about_the_same_both_stand(turned: bool) -> None:
    gates = [at_most(0.05), Gate(metric=METRIC, subject="race", min=0.0)]
    findings = [finding(0.1, 0.2)]
    judged = judge_all(findings, gates[::-1] if turned else gates).gates
    merged = merge([*findings, Finding(probe="p", metric="roc_auc")], judged)
    assert merged[:2] == list(judged)
    assert {(one.verdict, one.limit) for one in judged} == {
        (Verdict.FAIL, 0.05), (Verdict.PASS, 0.0)
    }  # fmt: skip
    assert judge_all(merged, gates).gates == judge_all(findings, gates).gates


def test_gates_that_all_do_not_apply_have_judged_nothing() -> None:
    waived = Gate(metric=METRIC, subject="race", max=0.1, not_applicable="nobody is decided about")
    assert not judge_all([finding(0.1, 0.2)], [waived]).open


def test_a_change_does_not_apply_to_a_first_release_alone() -> None:
    first = {"value": None, "details": {FIRST: True}, "reason": "nothing stands"}
    change = Gate(metric="roc_auc_change", min=-0.01)
    told = Finding(probe="challenge", metric="roc_auc_change", **first)
    judged = judge(told, change)
    assert (judged.verdict, judged.limit) == (Verdict.NOT_APPLICABLE, None)
    assert judge_all([told], [change]).verdict is Verdict.NOT_RUN
    other = finding(None, None, details={FIRST: True})
    assert judge(other, at_most(0.1)).verdict is Verdict.INCONCLUSIVE
    measured = told.judged(value=-0.1, low=-0.2, high=-0.05)
    assert judge(measured, change).verdict is Verdict.FAIL


def test_what_was_measured_without_some_rows_keeps_no_limit_however_often_it_is_judged() -> None:
    part = finding(0.01, 0.02, details={LEFT_OUT: 3})
    once = judge(part, at_most(0.1))
    assert once.verdict is judge(once, at_most(0.1)).verdict is Verdict.INCONCLUSIVE
    assert judge(part, at_most(0.001)).verdict is Verdict.FAIL
