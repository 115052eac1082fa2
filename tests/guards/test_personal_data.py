from __future__ import annotations

import pytest

from proofstone.guards.exchange import Exchange, Said
from proofstone.guards.guard import GuardSettings
from proofstone.guards.labelled import lines
from proofstone.guards.personal_data import PersonalData
from proofstone.models.conversation import Turn

GUARD = PersonalData(GuardSettings())


def test_rates_on_the_shipped_texts() -> None:
    alarms, misses = GUARD.false_alarms(), GUARD.misses()
    assert alarms.n >= 50
    assert misses.n >= 70
    assert alarms.k <= 1
    assert misses.k <= 3
    low, high = misses.interval()
    assert 0 < low < misses.k / misses.n < high < 0.12


def test_labels_stand_in_their_texts() -> None:
    for row in lines("personal.jsonl"):
        spans = row["spans"]
        assert isinstance(spans, list)
        assert all(value in str(row["text"]) for _, value in spans)


def test_all_messages_from_outside_are_masked_alike() -> None:
    decision = GUARD.before(
        Exchange(
            (
                Turn("system", "Write to help@example.com."),
                Turn("user", "I am ann@example.com"),
                Turn("assistant", "Hello ann@example.com"),
                Turn("user", "Send it to ann@example.com or call 13800138000"),
            )
        )
    )
    assert decision.action == "mask"
    assert decision.text == "Send it to [EMAIL_1] or call [PHONE_1]"
    assert decision.detail == "EMAIL 3, PHONE 1"
    assert decision.messages is not None
    assert [one.content for one in decision.messages] == [
        "Write to help@example.com.",
        "I am [EMAIL_1]",
        "Hello [EMAIL_1]",
        "Send it to [EMAIL_1] or call [PHONE_1]",
    ]


def test_details_repeat_no_personal_data() -> None:
    asked = Exchange((Turn("user", "身份证11010519491231002X"),))
    assert "1101" not in GUARD.before(asked).detail


def test_kinds_and_confidence_are_settings() -> None:
    asked = Exchange((Turn("user", "ann@example.com, Dr Lindqvist"),))
    only = PersonalData(GuardSettings(kinds=("PERSON",)))
    assert only.before(asked).text == "ann@example.com, Dr [PERSON_1]"
    sure = PersonalData(GuardSettings(least_confidence=0.9))
    assert sure.before(asked).text == "[EMAIL_1], Dr Lindqvist"
    none = PersonalData(GuardSettings(kinds=()))
    assert none.before(asked).action == "pass"


def test_replies_pass() -> None:
    reply = Said("Write to ann@example.com")
    assert GUARD.after(Exchange(()), reply).action == "pass"


def test_what_holds_an_allowed_text_is_nobodys() -> None:
    guard = PersonalData(GuardSettings(allowed=("Helpdesk.example", "138-0013-8000")))
    said = "help@HELPDESK.example, 138-0013-8000, ann@myhelpdesk.example, bob@eu.helpdesk.example"
    asked = Exchange((Turn("user", said),))
    assert guard.before(asked).text == (
        "help@HELPDESK.example, 138-0013-8000, [EMAIL_1], bob@eu.helpdesk.example"
    )


@pytest.mark.parametrize(
    "said",
    [
        "ann@desk.example.org",
        "desk.example@gmail.com",
        "ann@mail-desk.example",
        "ann@adesk.example",
    ],
)
def test_an_allowed_domain_must_match_whole(said: str) -> None:
    guard = PersonalData(GuardSettings(allowed=("desk.example",)))
    assert guard.before(Exchange((Turn("user", f"It is {said}."),))).text == "It is [EMAIL_1]."


@pytest.mark.parametrize("allowed", ["hill@desk.example", "@desk.example", "Desk.Example"])
def test_an_allowed_address_is_one_address_and_a_domain_is_many(allowed: str) -> None:
    guard = PersonalData(GuardSettings(allowed=(allowed,)))
    asked = Exchange((Turn("user", "hill@desk.example or ann.hill@desk.example"),))
    other = "[EMAIL_1]" if allowed.startswith("hill") else "ann.hill@desk.example"
    assert guard.before(asked).text == f"hill@desk.example or {other}"


@pytest.mark.parametrize(
    ("allowed", "stays"),
    [("10.20.30.40", True), ("20.30.40", False), ("10.20.30", False), ("10.20.30.4", False)],
)
def test_points_join_words_of_what_is_allowed(allowed: str, stays: bool) -> None:
    guard = PersonalData(GuardSettings(allowed=(allowed,)))
    asked = Exchange((Turn("user", "It runs on 10.20.30.40."),))
    assert (guard.before(asked).action == "pass") == stays


def test_an_allowed_address_may_end_with_a_point() -> None:
    guard = PersonalData(GuardSettings(allowed=("14 Canal St",)))
    asked = Exchange((Turn("user", "We are at 14 Canal St., he is at 15 Canal St. now."),))
    assert guard.before(asked).text == "We are at 14 Canal St., he is at [ADDRESS_1] now."


def test_a_password_does_not_pass_as_an_address_at_a_domain_that_is_allowed() -> None:
    guard = PersonalData(GuardSettings(allowed=("shop.example.com",)))
    asked = "Is https://ann:hunter2@shop.example.com down? Ask help@shop.example.com"
    decision = guard.before(Exchange((Turn("user", asked),)))
    assert decision.action == "mask"
    assert decision.text == (
        "Is https://ann:[SECRET_1]@shop.example.com down? Ask help@shop.example.com"
    )
