from __future__ import annotations

import pytest

from proofstone.guards.signs import patterns
from proofstone.guards.signs.patterns import Patterns

ENGLISH = {"greets": r"\b(?:Hello|good day)\b", "asks": r"\?$"}
CHINESE = {"greets": "你好|您好"}


def fail(pattern: str) -> None:
    raise AssertionError(f"{pattern} is compiled")


def test_english_is_looked_for_where_latin_words_are_and_chinese_where_han_is() -> None:
    signs = Patterns(ENGLISH, CHINESE)
    assert signs.spoken("HELLO?\nyes", ENGLISH) == {"greets", "asks"}
    assert signs.spoken("您好?", ENGLISH) == {"greets"}
    assert signs.spoken("hello, 您好", {"asks"}) == set()
    assert signs.places("你好, good day? 您好") == [(0, "greets"), (4, "greets"), (14, "greets")]


def test_nothing_is_compiled_before_it_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "_lowered", fail)
    signs = Patterns(ENGLISH, CHINESE)
    with pytest.raises(AssertionError, match="is compiled"):
        signs.spoken("hello", ENGLISH)


def test_what_is_prepared_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    signs = Patterns(ENGLISH, CHINESE)
    signs.prepare()
    monkeypatch.setattr(patterns, "_lowered", fail)
    assert signs.spoken("hello 你好", ENGLISH) == {"greets"}
