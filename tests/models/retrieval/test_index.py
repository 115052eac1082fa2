from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from tests.models.retrieval.conftest import CHINESE, WordsEncoder

from proofstone.core.errors import InputError
from proofstone.models.retrieval.encoder import E5Encoder
from proofstone.models.retrieval.index import FILES, Index
from proofstone.models.retrieval.passage import Passage


@pytest.fixture(scope="module")
def index(passages: tuple[Passage, ...]) -> Index:
    return Index.build(passages, WordsEncoder())


def test_a_passage_is_found_by_its_own_words(index: Index) -> None:
    for at in range(0, len(index.passages), 7):
        asked = f"{index.passages[at].section} {index.passages[at].text}"
        assert at in index.search(asked, 3).positions


def test_hits_are_in_order_and_say_how_they_were_made(index: Index) -> None:
    hits = index.search("How do I verify a release?", 8)
    assert len(hits.positions) == len(set(hits.positions.tolist())) == 8
    assert (np.diff(hits.scores) <= 0).all()
    asked = ["how", "do", "i", "verify", "a", "release"]
    np.testing.assert_allclose(hits.bm25, index.bm25.scores(asked)[hits.positions])
    vector = index.encoder.embed(["How do I verify a release?"], "query")[0]
    np.testing.assert_allclose(
        hits.cosines, index.vectors.values[hits.positions] @ vector, atol=1e-6
    )
    expected = 0.8 * hits.cosines + 0.2 * hits.bm25 / index.bm25.most(asked)
    np.testing.assert_allclose(hits.scores, expected)


def test_what_comes_first_does_not_depend_on_how_many_are_asked_for(index: Index) -> None:
    few, many = index.search("quarantine rows", 3), index.search("quarantine rows", 200)
    assert few.positions.tolist() == many.positions[:3].tolist()
    assert len(many.positions) == len(index.passages)


@pytest.mark.parametrize("question", ["", "   ", "?!", "\0", "😀"])
def test_a_question_without_words_finds_nothing(index: Index, question: str) -> None:
    hits = index.search(question)
    assert [len(one) for one in hits[:4]] == [0, 0, 0, 0]
    assert hits.typical == 0


def test_odd_questions_are_answered(index: Index) -> None:
    for question in ("a" * 10_000, "验证" * 9_000, "verify \ud800", "verify 验证 😀 Ж"):
        assert len(index.search(question, 5).positions) == 5
    assert len(index.search("verify", 0).positions) == 0


def test_an_empty_index_finds_nothing(cheap: WordsEncoder) -> None:
    empty = Index.open(Index.build([], cheap).files(), cheap)
    assert len(empty.search("anything").positions) == 0


def test_opens_as_it_was_built(index: Index, cheap: WordsEncoder) -> None:
    files = index.files()
    assert set(files) == set(FILES)
    again = Index.open(files, cheap)
    assert again.passages == index.passages
    assert again.files() == files == Index.build(index.passages, cheap).files()
    for question in ("How do I verify a release?", "怎样验证签名"):
        for one, other in zip(index.search(question), again.search(question), strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", FILES)
def test_an_absent_or_cut_file_is_refused_by_name(
    index: Index, cheap: WordsEncoder, name: str
) -> None:
    files = index.files()
    cut = files | {name: files[name][: len(files[name]) // 2]}
    without = {other: content for other, content in files.items() if other != name}
    for damaged in (cut, without):
        with pytest.raises(InputError, match=rf"^{name}"):
            Index.open(damaged, cheap)


def test_files_of_different_indexes_do_not_mix(index: Index, cheap: WordsEncoder) -> None:
    files, other = index.files(), Index.build(index.passages[:5], cheap).files()
    for name in FILES:
        with pytest.raises(InputError):
            Index.open(files | {name: other[name]}, cheap)


def test_another_encoder_or_version_is_refused(index: Index) -> None:
    class Other(WordsEncoder):
        id = "other"

    files = index.files()
    with pytest.raises(InputError, match=r"index\.json\.encoder: it is words, not other"):
        Index.open(files, Other())
    later = json.loads(files["index.json"]) | {"version": 2}
    with pytest.raises(InputError, match="version 2 is not 1"):
        Index.open(files | {"index.json": json.dumps(later).encode()}, WordsEncoder())


def test_two_passages_with_one_id_are_refused(cheap: WordsEncoder) -> None:
    one = Passage("a#b/1", "a", "A", "B", "en", "Text.")
    with pytest.raises(InputError, match="two passages have the id"):
        Index.build([one, replace(one, text="Other.")], cheap)


def test_a_heading_counts_as_much_as_the_text_under_it(cheap: WordsEncoder) -> None:
    long = "filler words that say nothing about it at all " * 9
    passages = [
        Passage("a#1/1", "a", "Help", "Refunds", "en", long),
        Passage("a#2/1", "a", "Help", "Hours", "en", long),
        Passage("a#3/1", "a", "Help", "", "en", long),
    ]
    found = Index.build(passages, cheap)
    np.testing.assert_allclose(np.linalg.norm(found.vectors.values, axis=1), 1.0, atol=1e-5)
    hits = found.search("refunds", 3)
    assert hits.positions[0] == 0
    assert hits.cosines[0] > hits.cosines[1] + 0.2


def test_finds_by_meaning_in_both_languages(e5: E5Encoder) -> None:
    texts = (
        *CHINESE,
        "An exported release is verified offline with the signer's public key.",
        "Rows that break a rule are set aside and take no part in training.",
        "Opening hours are nine to five on working days.",
    )
    passages = [Passage(f"d#{at}/1", "d", "Help", "", "", text) for at, text in enumerate(texts)]
    found = Index.build(passages, e5)
    for question, right in (
        ("没有网络怎么检查签名", 0),
        ("有人偷走了我的私钥", 1),
        ("What happens to bad rows in my data?", 5),
        ("When can I phone you?", 6),
    ):
        assert found.search(question, 1).positions[0] == right, question
