from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from proofstone.guards.folding import INVISIBLE, folded, hidden


@given(st.text())
def test_each_folded_character_comes_from_its_origin(text: str) -> None:
    plain = folded(text)
    for at, sign in enumerate(plain.text):
        start, end = plain.span(at, at + 1)
        assert 0 <= start < end <= len(text)
        assert sign in unicodedata.normalize("NFKC", text[start:end])
        assert not INVISIBLE.search(text[start])


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"])))
def test_plain_text_stays(text: str) -> None:
    assert folded(text).text == text
    assert folded(text).origin is None


def test_full_width_keeps_its_place_and_ligatures_grow() -> None:
    assert folded("１２，ａ").text == "12,a"
    assert folded("ﬁx").text == "fix"
    assert folded("ﬁx").span(0, 1) == folded("ﬁx").span(1, 2) == (0, 1)
    assert folded("ﬁx").span(2, 3) == (1, 2)
    # One more and one less character give the same length, and not the same places.
    assert folded("ﬁ\u200bx").span(2, 3) == (2, 3)


def test_invisible_characters_between_letters_are_hidden_ones() -> None:
    assert hidden("ig\u200bnore")
    assert not hidden("👩\u200d💻 writes")
    assert not hidden("a line\nand a tab\there")
