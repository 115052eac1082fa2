from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from proofstone.data.documents.anchors import Anchors
from proofstone.data.documents.characters import clean, unwrapped


@given(st.text(st.characters(codec=None)))
def test_a_clean_text_can_be_stored_and_hides_nothing(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert clean(cleaned) == cleaned
    kinds = {unicodedata.category(one) for one in cleaned if one not in "\n\t"}
    assert not kinds & {"Cc", "Cs", "Co"}
    assert not set(cleaned) & set("\u200b\u200d\u202e\u2066\ufeff\U000e0041\ufe0f\u3164")


def test_every_letter_stays() -> None:
    letters = "".join(
        one
        for one in map(chr, range(0x110000))
        if unicodedata.category(one) in {"Ll", "Lu", "Nd", "Po", "Sm", "So"}
    )
    assert clean(letters) == letters


def test_only_lines_that_the_width_broke_are_joined() -> None:
    long = "发布版本必须经过验证才能进入生产环境"
    assert unwrapped(f"{long}\n{long}。\n{long}") == f"{long}{long}。\n{long}"
    assert unwrapped("苹果\n香蕉") == "苹果\n香蕉"
    assert unwrapped(f"{long}\nand English") == f"{long}\nand English"
    assert unwrapped(f"苹果\n{long}") == f"苹果\n{long}"


def test_anchors_never_meet() -> None:
    anchors = Anchors()
    given_out = [anchors.of(one) for one in ("A", "A", "A-1", "A", "a 1", "!", "?")]
    assert given_out == ["a", "a-1", "a-1-1", "a-2", "a-1-2", "section", "section-1"]
