from __future__ import annotations

from typing import Any

from proofstone.assess.memorised.learned import with_learned

LEARNED: dict[str, dict[str, Any]] = {
    "canaries": {"planted": ["a"], "unseen": 1},
    "membership": {"members": ["m"], "held_out": ["h"]},
}


def test_what_tuning_left_is_added_to_what_the_file_sets() -> None:
    said = {"canaries": {"sample": 63}, "attribution": {"questions": 2}}
    assert with_learned(said, LEARNED) == {
        "canaries": {"sample": 63, "planted": ["a"], "unseen": 1},
        "membership": LEARNED["membership"],
        "attribution": {"questions": 2},
    }
    assert said == {"canaries": {"sample": 63}, "attribution": {"questions": 2}}


def test_examples_that_the_file_names_count_alone() -> None:
    """Members of one tuning held against the others of another one would tell nothing."""
    said = {"membership": {"members": ["x"]}, "canaries": {"planted": []}}
    assert with_learned(said, LEARNED) == said


def test_without_tuning_the_file_stands() -> None:
    said = {"canaries": {"sample": 63}}
    assert with_learned(said, {}) == said
