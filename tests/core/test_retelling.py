"""English texts of records in Chinese, and what must stay as it is."""

from __future__ import annotations

from contextvars import copy_context

import pytest

from proofstone.core.i18n import speak
from proofstone.core.retelling import retell


def in_chinese(text: str) -> str:
    def told() -> str:
        speak("zh")
        return retell(text)

    return copy_context().run(told)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOFSTONE_LANGUAGE", "en")


def test_a_message_without_fields() -> None:
    assert in_chinese("the interval contains the limit") == "限值落在区间之内"


def test_a_message_is_known_by_the_words_between_its_fields() -> None:
    text = "none of 448 slices is worse than the rest beyond chance"
    assert in_chinese(text) == "在 448 个切片中，没有一个比其余数据差到超出随机波动"


def test_a_field_that_is_a_message_is_told_too() -> None:
    text = "interventional Shapley values, exact, trees; t interval over rows"
    assert in_chinese(text) == "干预型 Shapley 值，精确计算（树模型）；按行计算的 t 区间"


def test_the_message_of_most_words_is_taken() -> None:
    assert in_chinese("breaks the rule a <= b") == "违反规则 a <= b"
    assert in_chinese("breaks the rule a <= b (a is a part)") == "违反规则 a <= b (a is a part)"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Denies as large a share as the lenders did.",
        "debt: all payments; housing is a part",
        "Of the applicants, 12 % were denied.",
        "(a {strange} text)",
        "x" * 5000,
    ],
)
def test_the_projects_own_texts_stay(text: str) -> None:
    assert in_chinese(text) == text


def test_english_is_left_alone() -> None:
    assert retell("the interval contains the limit") == "the interval contains the limit"
