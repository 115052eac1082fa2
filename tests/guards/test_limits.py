from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.core.i18n import catalogue
from proofstone.guards.exchange import Exchange, Said
from proofstone.guards.guard import Decision, GuardSettings
from proofstone.guards.labelled import labelled
from proofstone.guards.limits import (
    CHINESE_ONLY,
    EMPTY,
    FOREIGN,
    REPEATED,
    STUCK,
    TOO_LONG,
    Limits,
    estimated_tokens,
    repetitive,
)
from proofstone.models.conversation import Turn

GUARD = Limits(GuardSettings())


def ask(text: str, guard: Limits = GUARD) -> Decision:
    return guard.before(Exchange((Turn("user", text),)))


def test_rates_on_the_shipped_texts() -> None:
    assert GUARD.false_alarms().k == 0
    assert GUARD.false_alarms().n >= 200
    assert GUARD.misses().k == 0
    assert GUARD.misses().n >= 15


@pytest.mark.parametrize("text", ["", "  \n", "?!", "🙂", "___"])
def test_an_empty_question_is_answered_with_a_request(text: str) -> None:
    decision = ask(text)
    assert (decision.action, decision.text) == ("block", EMPTY)


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("x" * 10_000, TOO_LONG),
        ("ha " * 200, REPEATED),
    ],
)
def test_what_is_blocked(text: str, reply: str) -> None:
    decision = ask(text)
    assert (decision.action, decision.text) == ("block", reply)


@pytest.mark.parametrize("text", ["Как дела, что это такое?", "안녕하세요 검증은 어떻게 하나요"])
def test_another_language_is_answered_in_both(text: str) -> None:
    decision = ask(text)
    assert decision.action == "block"
    assert {*decision.text.split("\n")} == {FOREIGN, catalogue("zh").gettext(FOREIGN)}


def test_a_chinese_question_is_answered_in_chinese() -> None:
    wanted = catalogue("zh").gettext(REPEATED)
    assert ask("请回答我。" * 300).text == wanted


def test_lengths_are_settings() -> None:
    guard = Limits(GuardSettings(most_characters=20))
    assert ask("a short question", guard).action == "pass"
    assert ask("a question of more than twenty characters", guard).action == "block"
    guard = Limits(GuardSettings(most_tokens=6))
    assert ask("怎么验证签名", guard).action == "pass"
    assert ask("怎么验证签名呢", guard).action == "block"


def test_languages_are_settings() -> None:
    guard = Limits(GuardSettings(languages=("zh",)))
    assert ask("How do I verify a release?", guard).text.split("\n")[0] == CHINESE_ONLY
    assert ask("怎么验证", guard).action == "pass"
    assert ask("GPU 内存不够 out of memory", guard).action == "pass"
    assert ask("12345", guard).action == "pass"


def test_unwanted_characters_go_from_all_messages() -> None:
    asked = Exchange(
        (
            Turn("system", "a\x00b"),
            Turn("user", "first\u200b question"),
            Turn("assistant", "answer"),
            Turn("user", "What\x00 is\u202e it, 👩\u200d💻?"),
        )
    )
    decision = GUARD.before(asked)
    assert decision.action == "mask"
    assert decision.text == "What is it, 👩\u200d💻?"
    assert decision.messages is not None
    assert [one.content for one in decision.messages] == [
        "a\x00b",
        "first question",
        "answer",
        "What is it, 👩\u200d💻?",
    ]


@given(st.text(st.characters(exclude_categories=[])))
def test_what_goes_on_can_be_encoded(text: str) -> None:
    decision = ask(text)
    decision.text.encode()


def reply(question: str, text: str) -> Decision:
    return GUARD.after(Exchange((Turn("user", question),)), Said(text))


def test_replies_that_are_none_are_replaced() -> None:
    for text in ("", " ...", "I am I am " * 60, "x " * 10_000):
        decision = reply("What is a gate?", text)
        assert (decision.action, decision.text) == ("block", STUCK)


def test_a_reply_in_another_language_is_flagged() -> None:
    assert reply("What is a gate?", "关卡是模型发布前要通过的条件。").action == "flag"
    assert reply("什么是关卡？", "A gate is a rule that a model must meet.").action == "flag"
    assert reply("什么是 gate？", "gate 就是关卡。").action == "pass"
    assert reply("12 + 7?", "十九").action == "pass"


def test_prose_is_far_from_repetitive() -> None:
    prose = (
        "A release is a signed bundle: model files, data and code digests, the project file, "
        "findings, costs, who decided what and when. The release id leaves out signature and time. "
        "Each compressed variant is its own candidate. A gate opens only on a pass, judged on the "
        "bound of the interval and not on the point; where rows are too few it says how many more "
        "would decide, and what else would open it, and at which measured price."
    )
    assert len(prose) > 400
    assert len(zlib.compress(prose.encode(), 1)) > 0.3 * len(prose)
    assert not repetitive(prose)
    chinese = "".join(row.text for row in labelled("injection.jsonl") if row.language == "zh")
    for start in range(0, len(chinese) - 300, 300):
        data = chinese[start : start + 300].encode()
        assert len(zlib.compress(data, 1)) > 0.3 * len(data)


def test_tokens_are_estimated_from_above_for_real_text() -> None:
    assert estimated_tokens("") == 0
    assert estimated_tokens("a" * 10) == 3
    assert estimated_tokens("试金石 ab") == 4
