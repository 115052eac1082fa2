from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from proofstone.core.errors import DataError
from proofstone.models.assistant.grounds import Grounds
from proofstone.models.assistant.wording import prompt
from proofstone.models.conversation import Conversation
from proofstone.models.retrieval.passage import Passage
from proofstone.train.tune.examples import read_examples, write_examples
from proofstone.train.tune.grounded import Wording, grounded_examples, questions_to_learn

WORDING = Wording("Use the passages.", {"en": "A person can help you.", "zh": "请联系人工。"})


def passage(section: str, language: str, text: str) -> Passage:
    document = f"{language}/{section.split('#', maxsplit=1)[0]}"
    return Passage(f"{language}/{section}/1", document, "Help", "Heading", language, text)


PASSAGES = [
    passage(section, language, f"{section} in {language}")
    for section in ("keys#lost", "keys#new", "start#install")
    for language in ("en", "zh")
]
ENGLISH: dict[str, Any] = {
    "topic": "lost-key",
    "language": "en",
    "use": "calibrate",
    "expect": "answer",
    "turns": ["Where is my key?", "In keys/.", "And if it is lost?"],
    "sources": ["keys#lost"],
    "reference": "Make another key.",
}
CHINESE = ENGLISH | {
    "language": "zh",
    "turns": ["密钥丢了怎么办？"],
    "reference": "新建一个密钥。",
}
ENTRY = [ENGLISH, CHINESE]
UNKNOWN = [
    ENGLISH
    | {
        "topic": "weather",
        "expect": "handover",
        "sources": [],
        "language": language,
        "turns": [said],
    }
    for language, said in (("en", "Will it rain?"), ("zh", "会下雨吗？"))
]


def finder(*places: int) -> Callable[[Conversation], Grounds]:
    """Finds the passages at `places`, whatever is asked."""

    def find(conversation: Conversation) -> Grounds:
        found = tuple(PASSAGES[at] for at in places)
        return Grounds(conversation[-1].content, found, np.zeros(1), 1.0)

    return find


def changed(rows: list[dict[str, Any]], **more: Any) -> list[dict[str, Any]]:
    return [row | more for row in rows]


def test_what_judges_is_never_learned() -> None:
    rows = [*ENTRY, *changed(UNKNOWN, use="judge"), *UNKNOWN]
    found = questions_to_learn(rows, ["en", "zh"])
    assert [(one.id, one.language) for one in found] == [
        ("lost-key", "en"),
        ("lost-key", "zh"),
        ("weather", "en"),
        ("weather", "zh"),
    ]
    assert [one.answer for one in found] == ["Make another key.", "新建一个密钥。", "", ""]
    assert [turn.role for turn in found[0].conversation] == ["user", "assistant", "user"]


def test_the_prompt_is_the_one_that_is_served() -> None:
    (question,) = questions_to_learn(ENTRY, ["en"])
    find = finder(0, 4)
    (example,) = grounded_examples([question], find, PASSAGES, WORDING, withheld=0)
    grounds = find(question.conversation)
    served = prompt(WORDING.instructions, question.conversation[:-1], grounds, "And if it is lost?")
    assert example.turns[:-1] == served
    assert example.turns[-1].content == "Make another key."
    assert "keys#lost in en" in example.turns[-2].content
    assert example.group == "lost-key"


def test_a_source_that_was_not_found_is_put_in() -> None:
    questions = questions_to_learn(ENTRY, ["en", "zh"])
    found = grounded_examples(questions, finder(2, 3), PASSAGES, WORDING, withheld=0)
    for example, language in zip(found, ("en", "zh"), strict=True):
        asked = example.turns[-2].content
        assert f"keys#lost in {language}" in asked
        assert asked.count(" in en") + asked.count(" in zh") == 2
    (alone,) = grounded_examples(questions[:1], finder(), PASSAGES, WORDING, withheld=0)
    assert "keys#lost in en" in alone.turns[-2].content


def test_where_the_answer_is_withheld_it_is_handed_over() -> None:
    questions = questions_to_learn([*ENTRY, *UNKNOWN], ["en"])
    found = grounded_examples(questions, finder(0, 2), PASSAGES, WORDING, withheld=1)
    assert [one.turns[-1].content for one in found] == [
        "Make another key.",
        "A person can help you.",
        "A person can help you.",
    ]
    assert "keys#lost" in found[0].turns[-2].content
    assert "keys#lost" not in found[1].turns[-2].content
    assert "keys#new" in found[1].turns[-2].content
    assert "keys#lost" in found[2].turns[-2].content
    assert [one.group for one in found] == ["lost-key", "lost-key", "weather"]


def test_the_share_that_is_withheld_follows_from_the_seed() -> None:
    entries = [row for at in range(200) for row in changed(ENTRY, topic=f"q{at}")]
    questions = questions_to_learn(entries, ["en"])

    def count(seed: int) -> list[str]:
        made = grounded_examples(
            questions, finder(0, 2), PASSAGES, WORDING, withheld=0.25, seed=seed
        )
        return [one.place for one in made]

    assert count(0) == count(0) != count(1)
    assert 30 <= len(count(0)) - 200 <= 70


def test_a_source_that_is_in_no_document_is_named() -> None:
    questions = questions_to_learn(changed(ENTRY, sources=["keys#gone"]), ["en"])
    with pytest.raises(DataError, match=r"lost-key: no passage is of keys#gone"):
        grounded_examples(questions, finder(0), PASSAGES, WORDING)


def test_they_are_examples_that_can_be_written_and_read(tmp_path: Any) -> None:
    questions = questions_to_learn([*ENTRY, *UNKNOWN], ["en", "zh"])
    made = grounded_examples(questions, finder(0, 1), PASSAGES, WORDING, withheld=1)
    path = tmp_path / "grounded.jsonl"
    path.write_bytes(write_examples(made))
    assert [one.turns for one in read_examples(path)] == [one.turns for one in made]
