from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.guards.recognisers.checksums import IBAN_LENGTHS, iban, luhn, resident_id

# Samples that GB 11643-1999, ISO/IEC 7812-1, card schemes and the SWIFT registry publish.
RESIDENTS = ("11010519491231002X", "440524188001010014")
CARDS = ("4111111111111111", "5555555555554444", "378282246310005", "6011111111111117")
IBANS = (
    "GB82WEST12345698765432",
    "DE89370400440532013000",
    "FR1420041010050500013M02606",
    "NO9386011117947",
    "MT84MALT011000012345MTLCAST001S",
    "CH9300762011623852957",
)


@pytest.mark.parametrize("number", RESIDENTS)
def test_published_resident_ids_hold(number: str) -> None:
    assert resident_id(number)


@pytest.mark.parametrize("number", CARDS)
def test_published_cards_hold(number: str) -> None:
    assert luhn(number)


@pytest.mark.parametrize("number", IBANS)
def test_published_ibans_hold(number: str) -> None:
    assert iban(number)
    assert IBAN_LENGTHS[number[:2]] == len(number)


@pytest.mark.parametrize("number", [RESIDENTS[0], RESIDENTS[1]])
@given(data=st.data())
def test_one_wrong_digit_shows(number: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, 16))
    other = data.draw(st.sampled_from([sign for sign in "0123456789" if sign != number[at]]))
    assert not resident_id(number[:at] + other + number[at + 1 :])


@given(st.data())
def test_luhn_finds_each_single_error(data: st.DataObject) -> None:
    number = data.draw(st.sampled_from(CARDS))
    at = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from([sign for sign in "0123456789" if sign != number[at]]))
    assert not luhn(number[:at] + other + number[at + 1 :])


@given(st.data())
def test_mod_97_finds_each_single_error_of_a_digit(data: st.DataObject) -> None:
    number = data.draw(st.sampled_from(IBANS))
    places = [at for at, sign in enumerate(number) if sign.isdigit()]
    at = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from([sign for sign in "0123456789" if sign != number[at]]))
    assert not iban(number[:at] + other + number[at + 1 :])


@pytest.mark.parametrize(
    "number",
    [
        "99010519491231002X",  # no such province
        "110105194913310021",  # no thirteenth month
        "11010519490229002X",  # 1949 was no leap year
        "1101051949123100",
        "",
        "１１０１０５１９４９１２３１００２X",  # digits only as folding leaves them
    ],
)
def test_what_is_no_resident_id(number: str) -> None:
    assert not resident_id(number)


def test_an_iban_of_the_wrong_length_or_country_is_none() -> None:
    assert not iban("GB82WEST1234569876543")
    assert not iban("XX82WEST12345698765432")
