from __future__ import annotations

import contextlib

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.core.errors import InputError
from proofstone.core.project.schema import Rule
from proofstone.models.rules import broken

FRAME = pl.DataFrame(
    {
        "a": [1.0, None, 3.0],
        "b": [2.0, 2.0, 2.0],
        "债务": [1.0, 2.0, 3.0],
        "s": ["x", "y", None],
        "x.mean": [1.0, 1.0, 1.0],
        'q"u o': [1.0, 2.0, 3.0],
        "end": [1.0, 1.0, 0.0],
    }
)


def rule(expression: str) -> Rule:
    return Rule(name="rule", expression=expression)


@pytest.mark.parametrize(
    ("expression", "bad"),
    [
        ("a <= b", [False, False, True]),
        ("a <= b OR a = 3", [False, False, False]),
        ("债务 <= 2", [False, False, True]),
        ("s in ('x', 'z')", [False, True, False]),
        ("s like 'x%'", [False, True, False]),
        ("s is not null and a is not null", [False, True, True]),
        ("x.mean = 1", [False, False, False]),
        ('"q""u o" < 3', [False, False, True]),
        ('"end" = 1', [False, False, True]),
        ("a between 0 and 2", [False, False, True]),
        ("not (a > b)", [False, False, True]),
        ("a * 2 - 1 <= b + .5", [False, False, True]),
        ("case when a > 2 then b > 2 else true end", [False, False, True]),
        ("true", [False, False, False]),
        ("false", [True, True, True]),
    ],
)
def test_conditions(expression: str, bad: list[bool]) -> None:
    assert broken(rule(expression), FRAME).to_list() == bad


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("a <=", "unable to parse"),
        ("a == 1", '"==" is not understood'),
        ("a", "it is no condition"),
        ("a <= bb", 'there is no column "bb"'),
        ("a = 'x'", "cannot compare"),
        ("abs(a) > 1", "calls a function"),
        ("read_csv('/etc/passwd') = a", "calls a function"),
        ('"a" (1) = 1', "calls a function"),
        ("a < (select 1)", 'there is no column "select"'),
        ("sum(a) > 1", "calls a function"),
        ("a > 1; drop table self", "is not understood"),
        ("a > 1 -- b", "is not understood|unable to parse|invalid"),
        ("a::int > 1", "is not understood"),
        ("a > 1 as c", 'there is no column "as"'),
        ("*", "data.rules"),
        ("a > 1 " + "or a > 1 " * 300, "longer than"),
    ],
)
def test_what_is_refused(expression: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        broken(rule(expression), FRAME)
    assert str(caught.value).startswith("data.rules: rule: ")
    assert caught.value.exit_code == 2


def test_two_equals_signs_lead_to_one() -> None:
    with pytest.raises(InputError) as caught:
        broken(rule("a == b"), FRAME)
    assert caught.value.hint == "use one `=`"


def test_what_is_no_number_is_missing() -> None:
    frame = pl.DataFrame({"a": [float("nan"), 3.0, 1.0], "n": [1, 2, 3]})
    assert broken(rule("a <= 2"), frame).to_list() == [False, True, False]
    assert broken(rule("a is not null"), frame).to_list() == [True, False, False]


@given(st.text(st.sampled_from("ab s()'\"`,.<>=!-+*/%;:|&0123selctfromx \n"), max_size=30))
def test_no_text_does_more_than_answer_or_be_refused(expression: str) -> None:
    with contextlib.suppress(InputError):
        assert len(broken(rule(expression), FRAME)) == 3
