from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from tests.models.retrieval.conftest import WordsEncoder

from proofstone.core.errors import DataError, InputError
from proofstone.models.retrieval.evidence import (
    FEATURES,
    EvidenceModel,
    cross_fitted,
    features,
)
from proofstone.models.retrieval.index import Index
from proofstone.models.retrieval.passage import Passage


@pytest.fixture(scope="module")
def index(passages: tuple[Passage, ...]) -> Index:
    return Index.build(passages, WordsEncoder())


def _questions(count: int = 120) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(count, len(FEATURES))) * np.arange(1, len(FEATURES) + 1)
    answerable = rng.random(count) < 1 / (1 + np.exp(-(matrix[:, 0] + 0.3 * matrix[:, 1] + 0.5)))
    return matrix, answerable


def _features(question: str, index: Index) -> dict[str, float]:
    found = features(question, index.search(question), index)
    assert np.isfinite(found).all()
    return dict(zip(FEATURES, found.tolist(), strict=True))


def test_a_known_subject_shows_more_evidence_than_an_unknown_one(index: Index) -> None:
    known = _features("quarantine of rows that break rules", index)
    unknown = _features("recipe for chocolate cake with cherries", index)
    for name in ("cosine", "bm25_share", "covered", "covered_together"):
        assert known[name] > unknown[name], name
    assert known["chinese"] == 0
    assert known["same_language"] == 1


def test_the_features_of_a_question_by_hand(index: Index) -> None:
    hits = index.search("怎样离线验证签名")
    found = _features("怎样离线验证签名", index)
    assert found["chinese"] == found["same_language"] == 1
    vector = index.encoder.embed(["怎样离线验证签名"], "query")[0]
    mean = (index.vectors.values @ vector).mean()
    assert found["typical"] == pytest.approx(mean, abs=1e-6)
    assert found["cosine"] == hits.cosines.max()
    first = np.sort(hits.cosines[:5])
    assert found["cosine_gap"] == pytest.approx(first[-1] - first[:-1].mean())
    idf = index.bm25.idf
    asked = ["怎样", "样离", "离线", "线验", "验证", "证签", "签名"]
    held = {"离线", "线验", "验证", "签名"}
    share = sum(idf(one) for one in held) / sum(idf(one) for one in asked)
    assert found["covered"] == pytest.approx(share)


def test_without_hits_there_is_no_evidence(index: Index) -> None:
    assert not any(_features("?!", index).values())


@pytest.mark.parametrize("l2", [0.01, 1.0, 30.0])
def test_same_probabilities_as_scikit_learn(l2: float) -> None:
    matrix, answerable = _questions()
    ours = EvidenceModel.fit(matrix, answerable, l2=l2)
    scaled = StandardScaler().fit_transform(matrix)
    theirs = LogisticRegression(C=1 / l2, tol=1e-10, max_iter=10_000).fit(scaled, answerable)
    np.testing.assert_allclose(ours.weights, theirs.coef_[0], atol=1e-5)
    np.testing.assert_allclose(
        ours.probability(matrix), theirs.predict_proba(scaled)[:, 1], atol=1e-6
    )


def test_separable_questions_and_constant_features_end() -> None:
    matrix, _ = _questions()
    matrix[:, 3] = 7.0
    found = EvidenceModel.fit(matrix, matrix[:, 0] > 0, l2=1e-6)
    assert found.weights[3] == 0
    assert ((found.probability(matrix) > 0.5) == (matrix[:, 0] > 0)).all()


def test_one_kind_of_question_or_nan_is_refused() -> None:
    matrix, answerable = _questions()
    with pytest.raises(DataError, match="needs both kinds"):
        EvidenceModel.fit(matrix, np.ones(len(matrix), dtype=bool))
    matrix[0, 0] = np.nan
    with pytest.raises(DataError, match="not finite"):
        EvidenceModel.fit(matrix, answerable)


def test_reads_back_what_it_wrote() -> None:
    matrix, answerable = _questions()
    found = EvidenceModel.fit(matrix, answerable)
    state = json.loads(json.dumps(found.to_json()))
    again = EvidenceModel.from_json(state, "evidence.json")
    np.testing.assert_array_equal(again.probability(matrix), found.probability(matrix))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("features", ["cosine"]),
        ("features", list(FEATURES[::-1])),
        ("weights", [1.0]),
        ("center", [[0.0] * len(FEATURES)]),
        ("spread", [0.0] * len(FEATURES)),
        ("intercept", None),
    ],
)
def test_a_model_that_does_not_hold_together_is_refused(name: str, value: object) -> None:
    state = EvidenceModel.fit(*_questions()).to_json() | {name: value}
    with pytest.raises(InputError, match=r"^evidence\.json"):
        EvidenceModel.from_json(state, "evidence.json")


def test_cross_fitted_leaves_a_group_out_together() -> None:
    matrix, answerable = _questions(40)
    groups = [f"q{at // 2}" for at in range(40)]
    answerable = np.repeat(answerable[::2], 2)
    found = cross_fitted(matrix, answerable, groups, folds=20)
    dealt: dict[str, int] = {}
    taken = [0, 0]
    for group, kind in zip(groups[::2], answerable[::2].tolist(), strict=True):
        dealt[group] = taken[kind]
        taken[kind] += 1
    for group in ("q0", "q7"):
        out = np.array([dealt[one] == dealt[group] for one in groups])
        expected = EvidenceModel.fit(matrix[~out], answerable[~out]).probability(matrix[out])
        np.testing.assert_allclose(found[out], expected)


def test_cross_fitting_needs_two_groups_of_each_kind() -> None:
    matrix, _ = _questions(6)
    with pytest.raises(DataError):
        cross_fitted(matrix, np.array([True] * 5 + [False]), list("abcdef"))
