from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from proofstone.models.assistant.support import support
from proofstone.models.retrieval.bm25 import BM25

from .desk import PASSAGES

BM = BM25.build([passage.text for passage in PASSAGES])
TEXT = PASSAGES[0].text


def test_a_sentence_of_the_passage_is_wholly_supported() -> None:
    assert support("Old releases can still be verified with the public key.", TEXT, BM) == 1.0


def test_a_wrong_name_or_number_costs_more_than_a_filler_word() -> None:
    whole = "The help desk is open from nine to five on working days."
    name = support(whole.replace("nine", "eleven"), PASSAGES[2].text, BM)
    filler = support(whole.replace("The", "A"), PASSAGES[2].text, BM)
    assert 0.5 < name < 1.0
    assert name < filler


def test_words_in_another_order_support_less() -> None:
    turned = "Key public the with verified be still can releases old."
    assert support(turned, TEXT, BM) < 0.8 < support(TEXT, TEXT, BM)


def test_nothing_said_needs_no_support() -> None:
    assert support("…!", TEXT, BM) == 1.0
    assert support("Bananas", TEXT, BM) == 0.0


@given(st.text(max_size=60), st.text(max_size=60))
def test_support_is_a_share(sentence: str, passage: str) -> None:
    assert 0.0 <= support(sentence, passage, BM) <= 1.0 + 1e-9
    assert support(sentence, sentence, BM) >= 1.0 - 1e-9
