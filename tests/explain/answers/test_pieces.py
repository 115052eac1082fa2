from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.explain.answers.pieces import Unit, kept, pieces

from .worded import passages

TEXTS = st.lists(
    st.text(alphabet="aB. !。？好\n- ", min_size=1, max_size=40), min_size=1, max_size=3
)


@pytest.mark.parametrize("unit", ["passages", "sentences"])
@given(texts=TEXTS)
def test_all_pieces_are_the_passages(unit: Unit, texts: list[str]) -> None:
    found = passages(*texts)
    parts = pieces(found, unit)
    assert kept(found, parts, np.ones(len(parts), dtype=bool)) == found
    assert kept(found, parts, np.zeros(len(parts), dtype=bool)) == ()


def test_a_sentence_is_left_out() -> None:
    found = passages("It is signed. Verify it. 请验证！好。", "Alone.")
    parts = pieces(found, "sentences")
    said = [found[one.passage].text[one.start : one.end].strip() for one in parts]
    assert said == ["It is signed.", "Verify it.", "请验证！", "好。", "Alone."]
    left = kept(found, parts, np.array([True, False, True, False, False]))
    assert [one.text for one in left] == ["It is signed. 请验证！"]
    assert left[0].id == found[0].id
