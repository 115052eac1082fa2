"""Numbers of people and their accounts: resident ids, SSNs, passports, cards, IBANs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from proofstone.guards.recognisers import checksums
from proofstone.guards.recognisers.recogniser import Recogniser, matches

_ALONE = r"(?![0-9A-Za-z])"
_GAPS = str.maketrans("", "", " -")
# Issuers' prefixes and lengths (ISO/IEC 7812): Visa, Mastercard, Amex, JCB, UnionPay, Discover,
# Diners Club.
_ISSUERS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"
    r"|3[47]\d{13}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17}|6(?:011|5\d\d|4[4-9]\d)\d{12}"
    r"|3(?:0[0-5]|[68]\d)\d{11}"
)
_IBAN = re.compile(r"[A-Z](?<![0-9A-Za-z][A-Z])[A-Z][0-9]{2}(?=[ A-Z0-9])")


def _resident(number: str) -> bool:
    return checksums.resident_id(number.translate(_GAPS))


def _card(number: str) -> bool:
    digits = number.translate(_GAPS)
    known = _ISSUERS.fullmatch(digits) is not None
    return known and len(set(digits)) > 1 and checksums.luhn(digits)


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    """Yield IBANs, each as long as its country says, single spaces between signs allowed."""
    for found in _IBAN.finditer(text):
        length = checksums.IBAN_LENGTHS.get(found[0][:2])
        signs, at = "", found.start()
        while length and len(signs) < length and at < len(text):
            if text[at] == " " and text[at - 1] != " ":
                at += 1
                continue
            if not text[at].isascii() or not text[at].isalnum():
                break
            signs += text[at]
            at += 1
        joined = at < len(text) and text[at].isascii() and text[at].isalnum()
        if signs and not joined and checksums.iban(signs):
            yield found.start(), at


RECOGNISERS = (
    Recogniser(
        "RESIDENT_ID",
        0.99,
        matches(
            r"[1-8](?<![0-9A-Za-z][1-8])[0-9]{5}[ -]?(?:18|19|20)[0-9]{2}[ -]?[01][0-9][0-3][0-9]"
            rf"[ -]?[0-9]{{3}}[0-9Xx]{_ALONE}",
            _resident,
        ),
    ),
    # A mistyped one, or one of the 15 digits given out until 1999, where the sentence says so.
    Recogniser(
        "RESIDENT_ID",
        0.8,
        matches(rf"身份证[^0-9\n]{{0,8}}([1-9](?:[0-9]{{16}}[0-9Xx]|[0-9]{{14}})){_ALONE}"),
        needs=("身份证",),
    ),
    # United States: no area 000, 666 or 9xx, no group 00, no serial 0000 (SSA, since 2011).
    Recogniser(
        "SSN",
        0.85,
        matches(
            r"[0-8](?<![0-9A-Za-z.-][0-8])[0-9]{2}(?<!000)(?<!666)-(?!00)[0-9]{2}-"
            rf"(?!0000)[0-9]{{4}}(?!-){_ALONE}"
        ),
    ),
    Recogniser(
        "SSN",
        0.8,
        matches(
            r"(?:[Ss]ocial [Ss]ecurity|SSN|ssn)[^0-9\n]{0,16}"
            rf"((?!000|666|9)[0-9]{{3}}[ -]?(?!00)[0-9]{{2}}[ -]?(?!0000)[0-9]{{4}}){_ALONE}"
        ),
        needs=("ocial ", "SSN", "ssn"),
    ),
    # ICAO Doc 9303: up to nine letters and digits; China G or E and eight signs.
    Recogniser(
        "PASSPORT",
        0.8,
        matches(
            r"(?:[Pp]assport|PASSPORT|护照|通行证)(?:[^0-9A-Z\n]{0,16}| No[.:]{0,2} ?)"
            rf"([A-Z]{{0,2}}[0-9]{{6,9}}){_ALONE}"
        ),
        needs=("assport", "PASSPORT", "护照", "通行证"),
    ),
    Recogniser(
        "CARD",
        0.9,
        matches(rf"[2-6](?<![0-9A-Za-z.-][2-6])(?:[ -]?[0-9]){{12,18}}(?!-){_ALONE}", _card),
    ),
    Recogniser("IBAN", 0.97, _ibans),
)
