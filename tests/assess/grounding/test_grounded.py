from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofstone.assess.grounding.claims import claims
from proofstone.assess.grounding.conflicts import conflicts, negated, numbers
from proofstone.assess.grounding.grounded import Support, best_support, claims_of, support
from proofstone.models.text.sentences import sentences

PASSAGE = "Send goods back within 30 days. Keys are kept in `.keys/`; the keys are not encrypted."


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("You have thirty days.", []),
        ("You have 14 days.", ["number"]),
        ("Look into `.keys/`.", []),
        ("Look into `.vault/`.", ["command"]),
        ("Run it with --force 9.", ["number", "command"]),
        ("One of the keys.", []),
        ("1. Send goods back.", []),
        ("Goods [2] go back.", []),
    ],
)
def test_conflicts(sentence: str, found: list[str]) -> None:
    assert conflicts(sentence, PASSAGE) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("in three weeks and 2.50 an hour", {"3", "2.50"}),
        ("两周内，十二岁以下，二十五元", {"2", "12", "25"}),
        ("一般来说一定可以", set()),
        ("on 8:15", {"8:15"}),
    ],
)
def test_numbers(text: str, found: set[str]) -> None:
    assert numbers(text) == found


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("It isn't read.", True),
        ("It is never not read.", False),
        ("This is not only cheap.", False),
        ("没有加密", True),
        ("不同的密钥", False),
        ("Run it again.", False),
    ],
)
def test_negations(text: str, *, odd: bool) -> None:
    assert negated(text) is odd


def test_kinds_of_support() -> None:
    assert support("Keys are kept in `.keys/`.", PASSAGE) == Support(1.0)
    assert support("Send  goods back within 30 days.", PASSAGE) == Support(1.0, quoted=True)
    assert support("A key is kept.", PASSAGE).share == 1.0
    assert support("Keys are encrypted.", PASSAGE).conflicts == ("negation",)
    assert support("Send shoes back within 30 days.", PASSAGE).conflicts == ("edited",)
    assert support("Offices open early.", PASSAGE).share == 0.0
    assert best_support("Keys are kept.", ["Offices open early.", PASSAGE]).score == 1.0
    assert best_support("Keys are kept.", []).score == 0.0


@given(st.sampled_from([one.passage for one in claims()]), st.data())
@settings(max_examples=60, deadline=None)
def test_every_sentence_of_a_passage_is_supported_by_it(passage: str, data: st.DataObject) -> None:
    sentence = data.draw(st.sampled_from(sentences(passage)))
    found = support(sentence, passage)
    assert found == Support(1.0, quoted=True)
    assert support(sentence.upper(), passage).conflicts == ()


@given(st.text(max_size=80), st.text(max_size=80))
@settings(deadline=None)
def test_the_share_is_one(sentence: str, passage: str) -> None:
    found = support(sentence, passage)
    assert 0.0 <= found.score <= found.share <= 1.0
    assert best_support(sentence, [passage, sentence]).score == 1.0


def test_only_what_says_something_is_a_claim() -> None:
    text = "Yes. Goods go back within 30 days. Does that help? 可以。三十天内退货。"
    assert claims_of(text) == ["Goods go back within 30 days.", "三十天内退货。"]
