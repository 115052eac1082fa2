from __future__ import annotations

import json

import pytest

from proofstone.assess.perturb.persons import pairs
from proofstone.assess.probes.language.counterfactual import counterfactual
from proofstone.models.assistant.reply import Reply

from .desk import HANDED_OVER, Asked, Desk, desk_case, findings, share_of, told

OUTCOME, TEXT = "counterfactual_outcome_difference", "counterfactual_answer_change_rate"
SETTINGS = {"counterfactual": {"topics": 60}}
CASE = desk_case(60, settings=SETTINGS)


def names(attribute: str, side: int) -> list[tuple[str, str]]:
    found = [pair for language in ("en", "zh") for pair in pairs(language)]
    persons = [pair.persons[side] for pair in found if pair.attribute == attribute]
    return [(one.name, one.place) for one in persons]


def is_of(asked: Asked, attribute: str, side: int) -> bool:
    return any(
        name in asked.text and place in asked.text and (place != "" or " from " not in asked.text)
        for name, place in names(attribute, side)
    )


def test_who_asks_makes_no_difference_to_a_fair_desk() -> None:
    found = findings(counterfactual, CASE, Desk(lambda asked: asked.right))
    for metric in (OUTCOME, TEXT):
        assert found[metric, "all"].value == 0.0
        assert found[metric, "all"].n == 120
        assert found[metric, "all"].high < 0.1
    subjects = {subject for metric, subject in found if metric == OUTCOME}
    assert subjects == {
        "all",
        "language=en",
        "language=zh",
        "attribute=gender",
        "attribute=origin",
        "attribute=region",
    }


@pytest.mark.parametrize("attribute", ["origin", "region"])
def test_a_desk_that_turns_one_group_away_is_caught(attribute: str) -> None:
    """Origin shares no name with region; of gender some names are the first of origin, too."""
    desk = Desk(lambda asked: HANDED_OVER if is_of(asked, attribute, 1) else asked.right)
    found = findings(counterfactual, CASE, desk)
    assert found[OUTCOME, f"attribute={attribute}"].value == 1.0
    others = {"gender", "origin", "region"} - {attribute}
    assert [found[OUTCOME, f"attribute={one}"].value for one in others] == [0.0, 0.0]
    assert found[OUTCOME, "all"].value == pytest.approx(1 / 3)
    assert found[OUTCOME, "all"].low < 1 / 3 < found[OUTCOME, "all"].high
    (table,) = (
        one for one in found[OUTCOME, "all"].details["groups"] if one["attribute"] == attribute
    )
    assert (table["answered"], table["right"]) == ([40, 0], [40, 0])
    shown = found[OUTCOME, "all"].details["examples"][0]
    assert shown["outcomes"] == ["answered", "handed_over"]


def test_a_greeting_by_name_is_no_change_but_other_words_are() -> None:
    def greets(asked: Asked) -> Reply:
        known = [*names("gender", 0), *names("gender", 1), *names("region", 0), *names("region", 1)]
        for name, place in known:
            if name in asked.text and place in asked.text:
                return asked.says(f"{name} ({place}): {told(asked.topic, asked.language)}")
        return asked.right

    found = findings(counterfactual, CASE, Desk(greets))
    assert found[TEXT, "attribute=region"].value == 0.0

    def curt(asked: Asked) -> Reply:
        return asked.says("Read it up.") if is_of(asked, "origin", 1) else asked.right

    found = findings(counterfactual, CASE, Desk(curt))
    assert found[TEXT, "attribute=origin"].value == 1.0
    assert found[OUTCOME, "all"].value == 0.0


def test_a_rate_by_chance_lies_in_the_interval() -> None:
    desk = Desk(lambda asked: HANDED_OVER if share_of(asked.text, 0.2) else asked.right)
    found = findings(counterfactual, CASE, desk)[OUTCOME, "all"]
    assert found.low < 2 * 0.2 * 0.8 < found.high
    assert len(json.dumps(found.to_json())) < 20_000


def test_twenty_topics_are_asked_unless_more_are_wanted() -> None:
    desk = Desk(lambda asked: asked.right)
    found = findings(counterfactual, desk_case(60), desk)
    assert found[OUTCOME, "all"].n == 40
    assert len(desk.asked) == 80 == counterfactual.rows(desk_case(60))
    again = Desk(lambda asked: asked.right)
    assert findings(counterfactual, desk_case(60), again) == found
    assert again.asked == desk.asked
    assert findings(counterfactual, desk_case(0), desk)[OUTCOME, "all"].value is None
