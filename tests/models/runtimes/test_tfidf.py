from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.core.errors import InputError
from proofstone.models.runtimes.tfidf import Tfidf, load, terms

MODEL = Tfidf(
    unit="words",
    longest=2,
    documents=9,
    known=("bad", "good", "not", "not good"),
    document_counts=np.array([3, 5, 4, 2]),
    coef=np.array([-2.0, 1.5, -0.5, -3.0]),
    intercept=0.25,
)


def matrix(*texts: str) -> np.ndarray:
    made = np.empty((len(texts), 1), dtype=object)
    made[:, 0] = texts
    return made


def test_the_score_is_the_formula_written_out() -> None:
    idf = np.log(10 / (1 + np.array([5, 4, 2]))) + 1
    weights = np.array([1 + np.log(2), 1, 1]) * idf
    expected = 0.25 + weights @ [1.5, -0.5, -3.0] / np.linalg.norm(weights)
    assert MODEL.margin(matrix("Not good, GOOD!")) == pytest.approx([expected], rel=1e-14)


def test_what_terms_add_is_the_score() -> None:
    added = MODEL.added("not good")
    assert added.keys() == {"not", "good", "not good"}
    assert MODEL.margin(matrix("not good"))[0] == pytest.approx(0.25 + sum(added.values()))


@pytest.mark.parametrize("text", ["", "   ", "unheard of", "🙂", "\n"])
def test_a_text_without_known_terms_scores_the_intercept(text: str) -> None:
    assert MODEL.margin(matrix(text)).tolist() == [0.25]


@given(st.lists(st.text(alphabet="god nt ba好用", max_size=40), max_size=8))
def test_neighbours_do_not_matter_to_the_last_bit(texts: list[str]) -> None:
    again = load(MODEL.to_weights())
    single = [float(MODEL.margin(matrix(one))[0]) for one in texts]
    assert again.margin(matrix(*texts)).tolist() == single


def test_ten_thousand_of_one_character_are_a_few_terms() -> None:
    assert set(terms("a" * 10_000, "characters", 3)) == {"a", "aa", "aaa"}
    assert terms("a" * 10_000, "words", 2) == ["a" * 10_000]


def test_terms_of_both_languages() -> None:
    assert terms("不好 Bad", "characters", 2)[:6] == ["不", "好", " ", "b", "a", "d"]
    assert terms("很不好", "words", 2) == ["很不", "不好", "很不 不好"]
    assert terms("", "words", 3) == terms("\t", "characters", 3) == []


@pytest.mark.parametrize(
    "change",
    [{"unit": "letters"}, {"unit": 3}, {"longest": 0}, {"longest": 9}, {"longest": True},
     {"documents": 4}, {"terms": ["good", "bad", "not", "not good"]},
     {"terms": ["bad", "bad", "not", "not good"]}, {"terms": ["bad"]},
     {"document_counts": [0, 1, 1, 1]}, {"document_counts": [1, 1, 1]}, {"coef": [1, 2, 3]},
     {"coef": [1, 2, 3, None]}, {"coef": [[1, 2, 3, 4]]}, {"intercept": "0"}],
)  # fmt: skip
def test_damaged_weights_are_refused(change: dict[str, object]) -> None:
    document = json.loads(MODEL.to_weights())
    assert load(json.dumps(document).encode()).known == MODEL.known
    with pytest.raises(InputError, match="weights"):
        load(json.dumps(document | change).encode())
    for name in change:
        del document[name]
    with pytest.raises(InputError, match=r"weights\.json: there is no"):
        load(json.dumps(document).encode())
