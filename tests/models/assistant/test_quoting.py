from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from proofstone.models.assistant.grounds import Grounds
from proofstone.models.assistant.quoting import quote
from proofstone.models.retrieval.bm25 import BM25
from proofstone.models.retrieval.passage import Passage


def grounds(query: str, *texts: str) -> Grounds:
    passages = tuple(
        Passage(f"d#s{at}/1", "d", "D", "S", "en", text) for at, text in enumerate(texts)
    )
    return Grounds(query, passages, np.zeros(9), 1.0)


def test_a_long_passage_is_cut_around_the_question() -> None:
    filler = [f"Sentence number {at} speaks of nothing in particular at all." for at in range(40)]
    filler[27] = "The quarantine holds rows at fault."
    text = " ".join(filler)
    others = ["what is in a name", "it is in there", "what is what"]
    quoted = quote(grounds("what is in quarantine", text), BM25.build([text, *others]))
    assert "The quarantine holds rows at fault." in quoted.text
    assert len(quoted.text) <= 450 + 40
    assert quoted.text in text


def test_two_passages_stand_apart_and_are_both_named() -> None:
    found = grounds("a", "First thing.", "Second thing.", "Third thing.")
    quoted = quote(found, BM25.build(["First thing.", "Second thing."]))
    assert quoted.text == "First thing.\n\nSecond thing."
    assert [passage.id for passage in quoted.passages] == ["d#s0/1", "d#s1/1"]


def test_chinese_sentences_join_without_spaces() -> None:
    text = "发布版本已签名。请用公钥验证！"
    assert quote(grounds("验证", text), BM25.build([text])).text == text


@given(st.text(min_size=1, max_size=300).filter(str.strip), st.text(max_size=30))
def test_a_quotation_is_never_empty(text: str, query: str) -> None:
    assert quote(grounds(query, text), BM25.build([text])).text.strip()
