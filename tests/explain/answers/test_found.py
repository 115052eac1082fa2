from __future__ import annotations

import pytest
from tests.models.retrieval.conftest import WordsEncoder

from proofstone.explain.answers.found import found
from proofstone.models.retrieval.index import Index

from .worded import passages


@pytest.fixture
def index() -> Index:
    texts = ("The heron code opens doors.", "Parking is free on Sunday.", "验证签名需要公钥。")
    return Index.build(passages(*texts), WordsEncoder())


def test_shares_add_up_to_the_score_of_the_search(index: Index) -> None:
    query = "Which heron code opens it?"
    hits = index.search(query)
    scores = dict(zip(hits.positions.tolist(), hits.scores.tolist(), strict=True))
    for at, one in enumerate(found(query, index.passages, index)):
        assert one.score == pytest.approx(scores[at], abs=1e-6)
        assert one.meaning + sum(word.matched for word in one.words) == pytest.approx(one.score)
    first = found(query, index.passages, index)[0]
    best = max(first.words, key=lambda word: word.matched)
    assert best.word in {"heron", "code", "opens"}
    assert {word.word for word in first.words if word.matched == 0} == {"which", "it"}


def test_meaning_falls_with_the_word_that_carries_it(index: Index) -> None:
    first = found("Which heron was it?", index.passages, index)[0]
    assert max(first.words, key=lambda word: word.meant).word == "heron"


def test_chinese_words_are_pairs(index: Index) -> None:
    third = found("怎么验证签名", index.passages, index)[2]
    matched = {word.word for word in third.words if word.matched > 0}
    assert matched == {"验证", "证签", "签名"}


def test_what_is_not_in_the_index_has_no_score(index: Index) -> None:
    planted = passages("a", "b", "c", "d")[3:]
    assert found("heron", planted, index) == ()
    assert found("???", index.passages, index) == ()
