from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.explain.text.terms import heat_of_terms, unit_spans
from proofstone.models.runtimes.tfidf import Tfidf, Unit, terms
from proofstone.models.text.words import normalised

TEXT = st.text(alphabet="aB .,'-_好验证签 \tİΣß1。", max_size=24)


def model(unit: Unit, longest: int, *texts: str) -> Tfidf:
    """Random coefficients for half of the terms of `texts`."""
    rng = np.random.default_rng(0)
    known = sorted({term for text in texts for term in terms(text, unit, longest)})[::2]
    size = len(known)
    return Tfidf(unit, longest, 10, tuple(known), rng.integers(1, 10, size), rng.normal(size=size),
                 0.25)  # fmt: skip


@pytest.mark.parametrize(("unit", "longest"), [("words", 2), ("characters", 3)])
@given(text=TEXT)
def test_parts_add_up_to_the_margin(unit: Unit, longest: int, text: str) -> None:
    found = heat_of_terms(model(unit, longest, normalised(text), "a b 好"), text)
    assert found.gap == pytest.approx(0.0, abs=1e-9)
    assert found.base == 0.25
    ends = [(part.start, part.end) for part in found.parts]
    assert all(one[1] <= other[0] for one, other in pairwise(ends))
    assert all(0 <= start < end <= len(found.text) for start, end in ends)


@pytest.mark.parametrize("unit", ["words", "characters"])
@given(text=TEXT)
def test_units_stand_where_they_are_said_to(unit: Unit, text: str) -> None:
    shown = normalised(text)
    spans = unit_spans(shown, unit)
    units = terms(shown, unit, 1)
    assert len(spans) == len(units)
    for (start, end), one in zip(spans, units, strict=True):
        held = " ".join(shown[start:end].lower().split()) or " "
        # The dotted I is two letters in lower case, and a sigma ends words in a form of its own.
        assert one.replace("ς", "σ") in held.replace("ς", "σ")


def test_a_term_goes_to_its_own_words() -> None:
    known = ("bad", "not bad")
    made = Tfidf("words", 2, 9, known, np.array([2, 3]), np.array([-2.0, 5.0]), 0.0)
    found = heat_of_terms(made, "Tea: not bad, bad cup")
    by_word = {found.text[part.start : part.end] + str(part.start): part.value
               for part in found.parts}  # fmt: skip
    assert list(by_word) == ["not5", "bad9", "bad14"]
    added = made.added("Tea: not bad, bad cup")
    assert by_word["not5"] == pytest.approx(added["not bad"] / 2)
    assert by_word["bad14"] == pytest.approx(added["bad"] / 2)
    assert by_word["bad9"] == pytest.approx(added["bad"] / 2 + added["not bad"] / 2)


def test_chinese_characters_share_their_pairs() -> None:
    made = Tfidf("characters", 2, 9, ("不好",), np.array([2]), np.array([-3.0]), 0.5)
    found = heat_of_terms(made, "质量不好")
    assert [(part.start, part.end, part.value) for part in found.parts] == [
        (2, 3, pytest.approx(-1.5)), (3, 4, pytest.approx(-1.5)),
    ]  # fmt: skip
    assert found.margin == pytest.approx(-2.5)
