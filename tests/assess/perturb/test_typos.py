from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofstone.assess.perturb.typos import _alike, with_typos

QUESTIONS = [
    "How do I start the server with `serve --port` on another machine?",
    "怎样把发布版本导出给审计人员？",
    'What does "another run" in Q4/2025 mean for proofstone.yaml and --seed?',
]


@given(st.sampled_from(QUESTIONS), st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_some_words_change_and_code_does_not(text: str, seed: int) -> None:
    typed = with_typos(text, np.random.default_rng(seed))
    assert typed != text
    assert abs(len(typed) - len(text)) <= 3
    for kept in ("`serve --port`", '"another run"', "Q4/2025", "proofstone.yaml", "--seed"):
        assert (kept in typed) == (kept in text)
    assert typed == with_typos(text, np.random.default_rng(seed))


@given(st.text(max_size=60), st.integers(0, 100))
@settings(deadline=None)
def test_any_text_can_be_typed(text: str, seed: int) -> None:
    assert abs(len(with_typos(text, np.random.default_rng(seed))) - len(text)) <= 3


def test_what_cannot_be_mistyped_stays() -> None:
    for text in ("", "a b c 42", "`train`", "？"):
        assert with_typos(text, np.random.default_rng(0)) == text


def test_all_four_slips_of_the_hand_occur() -> None:
    typed = {with_typos("counter", np.random.default_rng(seed)) for seed in range(300)}
    assert {"countter", "couner", "coutner", "coumter"} <= typed
    assert all(one.startswith("c") and one != "counter" for one in typed)
    assert {len(one) for one in typed} == {6, 7, 8}


@pytest.mark.parametrize(("sign", "other"), [("的", "得"), ("帐", "账"), ("钥", "要")])
def test_characters_are_mistaken_both_ways(sign: str, other: str) -> None:
    assert other in _alike()[sign]
    assert sign in _alike()[other]


def test_no_character_is_mistaken_for_itself() -> None:
    for sign, others in _alike().items():
        assert sign not in others
        assert len(set(others)) == len(others) >= 1
