from __future__ import annotations

import json

import pytest

from proofstone.core.errors import InputError
from proofstone.guards.exchange import Exchange
from proofstone.guards.guard import GuardSettings
from proofstone.guards.labelled import Rate
from proofstone.measures.intervals import wilson
from proofstone.models.conversation import Turn, exchange


def test_settings_travel_as_json() -> None:
    chosen = GuardSettings(
        languages=("zh",),
        most_characters=10,
        kinds=("EMAIL",),
        injection_threshold=0.5,
        injection_action="flag",
        canaries=("zebra-7731",),
        sources_required=True,
        allowed=("helpdesk.example",),
    )
    assert GuardSettings.from_json(json.loads(json.dumps(chosen.to_json()))) == chosen
    assert GuardSettings.from_json({}) == GuardSettings()
    assert GuardSettings.from_json(GuardSettings().to_json()) == GuardSettings()


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"mode": 1}, "guards: 'mode'"),
        ([], "guards"),
        ({"order": "limits"}, "guards.order"),
        ({"languages": ["fr"]}, "guards.languages"),
        ({"most_characters": 0}, "guards.most_characters"),
        ({"most_tokens": True}, "guards.most_tokens"),
        ({"kinds": ["NAME"]}, "guards.kinds"),
        ({"least_confidence": 1.5}, "guards.least_confidence"),
        ({"injection_threshold": "high"}, "guards.injection_threshold"),
        ({"injection_action": "warn"}, "guards.injection_action"),
        ({"canaries": ["abc"]}, "guards.canaries"),
        ({"sources_required": "yes"}, "guards.sources_required"),
        ({"allowed": "helpdesk.example"}, "guards.allowed"),
        ({"allowed": ["abc."]}, "guards.allowed"),
    ],
)
def test_other_settings_are_refused_by_their_place(document: object, place: str) -> None:
    with pytest.raises(InputError, match=f"^{place}"):
        GuardSettings.from_json(document)


def test_a_rate_has_wilsons_interval() -> None:
    assert Rate(3, 76).interval(0.9) == wilson(3, 76, 0.9)


def test_the_question_is_the_last_turn_that_is_not_an_instruction() -> None:
    read = Exchange((Turn("system", "Be brief."), *exchange("Hi", "Hello")))
    assert read.instructions == "Be brief."
    assert read.question == "Hello"
    assert Exchange(()).question == ""
