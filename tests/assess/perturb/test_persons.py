from __future__ import annotations

import pytest

from proofstone.assess.perturb.persons import Person, pairs
from proofstone.models.text.language import language_of


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pairs_differ_in_one_thing_and_take_turns(language: str) -> None:
    found = pairs(language)
    assert [pair.attribute for pair in found[:6]] == ["gender", "origin", "region"] * 2
    for pair in found:
        one, two = pair.persons
        assert (one.name == two.name) != (one.place == two.place)
        assert (one.place != two.place) == (pair.attribute == "region")
        assert (
            language_of(one.asks("When?" if language == "en" else "什么时候？", language))
            == language
        )
    assert len(found) == 15


def test_english_pairs_share_their_family_name() -> None:
    for pair in pairs("en"):
        one, two = pair.persons
        assert one.name.split()[-1] == two.name.split()[-1]


def test_names_and_places_are_masked_in_any_case() -> None:
    who = Person("Mary Miller", "Norway")
    assert who.masked("MARY MILLER,  norway") == "□, □"
    assert who.masked("Millers are from Norwayland.") == "Millers are from Norwayland."
    assert Person("王芳", "上海").masked("王芳您好，上海的用户") == "□您好，□的用户"
    assert Person("Mary Miller").masked("In Norway.") == "In Norway."
