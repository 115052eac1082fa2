from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import bm25s
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofstone.core.errors import InputError
from proofstone.models.retrieval.bm25 import BM25
from proofstone.models.retrieval.passage import Passage
from proofstone.models.text.words import words

_QUESTIONS = ("How do I verify the signature of a release?", "the the the", "怎样离线验证签名")


def _plain(texts: list[str], asked: list[str], k1: float, b: float) -> list[float]:
    """The formula word by word, passage by passage."""
    held = [Counter(words(text)) for text in texts]
    mean = sum(sum(one.values()) for one in held) / len(held)
    found = []
    for one in held:
        total = 0.0
        for word in set(asked):
            df = sum(word in other for other in held)
            idf = math.log(1 + (len(held) - df + 0.5) / (df + 0.5))
            tf = one[word]
            if tf:
                total += idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * sum(one.values()) / mean))
        found.append(total)
    return found


@settings(max_examples=60)
@given(
    st.lists(st.lists(st.sampled_from("abcdefg"), min_size=1), min_size=1, max_size=8),
    st.lists(st.sampled_from("abcdefgh"), min_size=1),
    st.floats(0, 3),
    st.floats(0, 1),
)
def test_is_the_formula(texts: list[list[str]], asked: list[str], k1: float, b: float) -> None:
    joined = [" ".join(one) for one in texts]
    found = BM25.build(joined, k1=k1, b=b).scores(asked)
    np.testing.assert_allclose(found, _plain(joined, asked, k1, b), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("question", _QUESTIONS)
def test_same_numbers_as_bm25s(passages: tuple[Passage, ...], question: str) -> None:
    texts = [one.text for one in passages]
    ours = BM25.build(texts)
    theirs = bm25s.BM25(method="lucene", k1=ours.k1, b=ours.b)
    theirs.index([words(text) for text in texts], show_progress=False)
    asked = [word for word in dict.fromkeys(words(question)) if word in ours.places]
    expected = theirs.get_scores(asked) * (ours.k1 + 1)  # theirs leaves the constant out
    assert expected.max() > 0
    np.testing.assert_allclose(ours.scores(words(question)), expected, rtol=2e-5, atol=1e-6)


def test_no_score_reaches_the_most(passages: tuple[Passage, ...]) -> None:
    found = BM25.build([one.text for one in passages])
    for question in _QUESTIONS:
        asked = words(question)
        assert 0 < found.scores(asked).max() < found.most(asked)


def test_unknown_words_and_no_passages_score_nothing() -> None:
    assert BM25.build(["a b"]).scores(["zebra"]).tolist() == [0.0]
    empty = BM25.build([])
    assert empty.scores(["a"]).shape == (0,)
    empty.check("holders.npy")
    BM25.build(["", "!?"]).check("holders.npy")


def test_postings_that_contradict_each_other_are_refused() -> None:
    whole = BM25.build(["a b a", "b c", "c a"])
    whole.check("holders.npy")
    for name, at, value in (
        ("holders", 0, -1),
        ("holders", -1, 3),
        ("holders", 1, 0),
        ("starts", 1, 0),
        ("starts", -1, 5),
        ("counts", 0, 0),
    ):
        values = getattr(whole, name).copy()
        values[at] = value
        with pytest.raises(InputError, match=r"^holders\.npy: "):
            replace(whole, **{name: values}).check("holders.npy")
    for name, value in (("k1", -1.0), ("k1", math.nan), ("b", 1.5), ("places", {"a": 0})):
        with pytest.raises(InputError):
            replace(whole, **{name: value}).check("holders.npy")
