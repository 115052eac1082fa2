from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.core.errors import DataError
from proofstone.measures.intervals import wilson
from proofstone.models.retrieval.threshold import NEVER, choose_threshold


@given(
    st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=2, max_size=60).filter(
        lambda found: len({kind for _, kind in found}) == 2
    ),
    st.sampled_from([0.05, 0.1, 0.3, 0.5]),
)
def test_is_the_least_that_keeps_to_the_share(
    asked: list[tuple[int, bool]], most_wrong: float
) -> None:
    chance = np.array([one / 20 for one, _ in asked])
    known = np.array([kind for _, kind in asked])
    found = choose_threshold(chance, known, most_wrong=most_wrong)
    unanswerable = chance[~known]

    def keeps(threshold: float) -> bool:
        wrong = int((unanswerable >= threshold).sum())
        return (wrong + 1) / (len(unanswerable) + 1) <= most_wrong + 1e-12

    right = [one for one in sorted({*chance.tolist(), NEVER}) if keeps(one)]
    assert found.value == (right[0] if right else NEVER)
    for point in found.curve:
        wrong = int((unanswerable >= point.threshold).sum())
        assert point.wrong == wrong / len(unanswerable)
        assert point.right == np.mean(chance[known] >= point.threshold)
        ends = wilson(wrong, len(unanswerable), 0.95)
        np.testing.assert_allclose((point.wrong_low, point.wrong_high), ends)


def test_new_questions_are_answered_wrongly_as_rarely_as_promised() -> None:
    rng = np.random.default_rng(0)
    shares = []
    for _ in range(2_000):
        chance = np.concatenate([rng.beta(2, 4, 30), rng.beta(4, 2, 60)])
        chosen = choose_threshold(chance, np.arange(90) >= 30, most_wrong=0.1)
        shares.append(np.mean(rng.beta(2, 4, 50) >= chosen.value))
    assert 0.05 < np.mean(shares) <= 0.1


def test_too_few_unanswerable_questions_hand_everything_over() -> None:
    chance, known = np.linspace(0, 1, 20), np.arange(20) >= 8
    assert choose_threshold(chance, known, most_wrong=0.1).value == NEVER
    assert choose_threshold(chance, known, most_wrong=0.2).value == chance[8]


def test_one_kind_of_question_is_refused() -> None:
    with pytest.raises(DataError, match="both kinds"):
        choose_threshold(np.array([0.1, 0.2]), np.array([True, True]))
