from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from proofstone.guards.labelled import lines
from proofstone.guards.recognisers.mask import Masking, mask

TEXTS = [str(row["text"]) for row in lines("personal.jsonl")]
PLACEHOLDER = re.compile(r"\[[A-Z_]+_[0-9]+\]")


@given(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=4), st.text(max_size=6))
def test_nothing_recognised_is_left_standing(texts: list[str], glue: str) -> None:
    text = f" {glue} ".join(texts)
    masked, found = mask(text)
    rest = PLACEHOLDER.sub("\n", masked)
    for one in found:
        if len(one.text) > 1:
            alone = rf"(?<![0-9A-Za-z]){re.escape(one.text)}(?![0-9A-Za-z])"
            assert not re.search(alone, rest)


@given(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3).map(" / ".join))
def test_the_rest_stays_as_it_was(text: str) -> None:
    masked, found = mask(text)
    parts = PLACEHOLDER.split(masked)
    assert len(parts) == len(found) + 1
    values = [*(one.text for one in found), ""]
    assert "".join(f"{part}{value}" for part, value in zip(parts, values, strict=True)) == text


def test_a_value_has_one_placeholder_in_a_conversation() -> None:
    masking = Masking()
    assert masking.mask("I am at ann@example.com")[0] == "I am at [EMAIL_1]"
    assert masking.mask("or bob@example.com")[0] == "or [EMAIL_2]"
    assert masking.mask("No: ＡＮＮ@example.com!")[0] == "No: [EMAIL_1]!"
    assert masking.mask("tel 138-0013-8000 = 13800138000")[0] == "tel [PHONE_1] = [PHONE_1]"


def test_a_name_once_known_is_masked_without_its_introduction() -> None:
    masking = Masking()
    assert masking.mask("My name is Maria Delgado.")[0] == "My name is [PERSON_1]."
    assert masking.mask("Has Maria Delgado a parcel?")[0] == "Has [PERSON_1] a parcel?"
    assert masking.mask("我叫李小明")[0] == "我叫[PERSON_2]"
    assert masking.mask("查一下李小明的订单")[0] == "查一下[PERSON_2]的订单"


def test_a_value_is_masked_as_what_it_was_first_known_for() -> None:
    masking = Masking()
    masking.mask("call me at 212 555 0143")
    [known] = masking.mask("call me at 212 555 0143")[1]
    [again] = masking.mask("212 555 0143")[1]
    assert (again.kind, again.confidence) == (known.kind, known.confidence) == ("PHONE", 0.8)


def test_a_value_within_another_is_known_apart() -> None:
    masking = Masking()
    assert masking.mask("My name is Ann Li.")[0] == "My name is [PERSON_1]."
    assert masking.mask("Dr. Ann Li Wu, Ann Li")[0] == "Dr. [PERSON_2], [PERSON_1]"


def test_a_placeholder_that_a_person_wrote_is_not_given_out() -> None:
    assert mask("[EMAIL_1] is not ann@example.com")[0] == "[EMAIL_1] is not [EMAIL_2]"


def test_only_what_is_wanted_is_masked() -> None:
    masking = Masking(lambda one: one.kind == "PHONE")
    text, found = masking.mask("ann@example.com, 13800138000")
    assert text == "ann@example.com, [PHONE_1]"
    assert [one.kind for one in found] == ["PHONE"]
