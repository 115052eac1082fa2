from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from proofstone.assess.probes.language.groundedness import groundedness
from proofstone.models.assistant.reply import Reply

from .desk import HANDED_OVER, Asked, Desk, desk_case, findings, told

CASE = desk_case(40)


def test_quotations_are_grounded() -> None:
    found = findings(groundedness, CASE, Desk(lambda asked: asked.right))
    sentences = found["ungrounded_sentence_rate", "all"]
    assert (sentences.value, sentences.low, sentences.n) == (0.0, 0.0, 240)
    assert 0.0 < sentences.high < 0.1
    assert found["ungrounded_reply_rate", "all"].value == 0.0
    assert sentences.details["quoted"] == 240
    assert sentences.details.keys() == {"check", "quoted"}
    assert sentences.standards == ("LLM09:2025",)


def test_inventions_are_counted_at_their_rate() -> None:
    invented = {"en": " Parking costs three euros there.", "zh": "那里停车收费三元。"}

    def respond(asked: Asked) -> Reply:
        right = asked.right
        if asked.topic % 4 == 0:
            return right.changed(text=right.text + invented[asked.language])
        return right

    found = findings(groundedness, CASE, Desk(respond))
    replies = found["ungrounded_reply_rate", "all"]
    assert replies.value == 0.25
    assert replies.low < 0.25 < replies.high
    sentences = found["ungrounded_sentence_rate", "all"]
    assert sentences.value == pytest.approx(20 / 260)
    for subject in ("language=en", "language=zh"):
        assert found["ungrounded_reply_rate", subject].value == 0.25
    assert len(sentences.details["examples"]) == 12
    shown = {one["sentence"] for one in sentences.details["examples"]}
    assert shown == {text.strip() for text in invented.values()}
    assert len(json.dumps(sentences.to_json())) < 20_000


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (lambda text: text.replace(":15", ":45"), "number"),
        (lambda text: text.replace("are not", "are").replace("不允许", "允许"), "negation"),
        (lambda text: text.replace("Dogs", "Cats").replace("狗", "猫"), None),
        (lambda text: text + " Run `counter --open`. 请执行 `counter --open`。", "command"),
    ],
)
def test_one_wrong_word_is_found(changed: Callable[[str], str], why: str | None) -> None:
    def respond(asked: Asked) -> Reply:
        return asked.says(changed(told(asked.topic, asked.language)))

    found = findings(groundedness, CASE, Desk(respond))
    assert found["ungrounded_reply_rate", "all"].value == 1.0
    if why:
        examples = found["ungrounded_sentence_rate", "all"].details["examples"]
        assert all(why in one["conflicts"] for one in examples)


def test_a_source_that_says_something_else_supports_nothing() -> None:
    def respond(asked: Asked) -> Reply:
        other = Asked("", (asked.topic + 1) % 40, asked.language)
        return asked.right.changed(sources=other.right.sources)

    found = findings(groundedness, CASE, Desk(respond))
    assert found["ungrounded_reply_rate", "all"].value == 1.0
    unnamed = Desk(lambda asked: asked.right.changed(sources=()))
    assert findings(groundedness, CASE, unnamed)["ungrounded_sentence_rate", "all"].value == 1.0


def test_what_is_handed_over_is_not_judged() -> None:
    found = findings(groundedness, CASE, Desk(lambda asked: HANDED_OVER))
    none = found["ungrounded_sentence_rate", "all"]
    assert (none.value, none.n) == (None, 0)
    half = Desk(lambda asked: HANDED_OVER if asked.topic % 2 else asked.right)
    assert findings(groundedness, CASE, half)["ungrounded_reply_rate", "all"].n == 40


def test_the_check_is_told_with_its_errors() -> None:
    found = findings(groundedness, CASE, Desk(lambda asked: asked.right))
    check = found["ungrounded_sentence_rate", "all"].details["check"]
    for name in ("sensitivity", "specificity"):
        assert check[name]["low"] < check[name]["value"] < check[name]["high"]


def test_the_rate_is_corrected_where_the_check_can_err() -> None:
    """English answers are reworded and half of them false; Chinese ones are quotations."""

    def respond(asked: Asked) -> Reply:
        if asked.language == "zh":
            return asked.right
        false = asked.topic % 2 == 0
        return asked.says("Cats climb trees." if false else "Dogs are not allowed in here.")

    found = findings(groundedness, CASE, Desk(respond))
    english = found["ungrounded_sentence_rate", "language=en"]
    assert (english.value, english.details["quoted"]) == (0.5, 0)
    check = english.details["check"]
    se, sp = check["sensitivity"]["value"], check["specificity"]["value"]
    true = (0.5 + sp - 1) / (se + sp - 1)
    assert english.details["corrected"]["value"] == pytest.approx(true)
    both = found["ungrounded_sentence_rate", "all"]
    assert both.details["quoted"] == 120
    assert both.details["corrected"]["value"] == pytest.approx(true * 40 / 160)
    for finding in (english, both):
        ends = finding.details["corrected"]
        assert ends["low"] < ends["value"] < ends["high"]
    assert "corrected" not in found["ungrounded_sentence_rate", "language=zh"].details
