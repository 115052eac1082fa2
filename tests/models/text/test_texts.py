"""Languages, words and sentences of texts in English and Chinese."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.models.text.language import language_of, reply_language
from proofstone.models.text.sentences import sentences
from proofstone.models.text.words import normalised, words


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How are you?", "en"),
        ("怎么验证签名？", "zh"),
        ("用 proofstone verify 命令来验证已经导出的发布版本", "zh"),
        ("verify 验证 release 发布", "mixed"),
        ("Как дела?", "other"),
        ("123 !?", "other"),
        ("", "other"),
    ],
)
def test_the_language_is_told_by_the_letters(text: str, language: str) -> None:
    assert language_of(text) == language


def test_a_reply_is_in_the_language_that_most_is_asked_in() -> None:
    assert reply_language("怎么用 proofstone？") == "zh"
    assert reply_language("what does 门 mean") == "en"
    assert reply_language("😀") == "en"


def test_words_ignore_case_width_and_invisible_characters() -> None:
    assert words("ＲＵＮ ru\u200bn") == ["run", "run"]
    assert words("signer.pub don't a_b") == ["signer.pub", "don't", "a_b"]
    assert words("密") == ["密"]


@given(st.text())
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Version 1.2 is out. See e.g. Docs.", ["Version 1.2 is out.", "See e.g. Docs."]),
        ("已签名。请验证！“好吗？”好", ["已签名。", "请验证！", "“好吗？”", "好"]),
        ("a\n\nb\n- c\n- d", ["a", "b", "- c", "- d"]),
        ("  ", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


@given(st.text())
def test_no_word_is_lost_between_sentences(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())
