"""Postal addresses, Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Iterator

from proofstone.guards.recognisers.recogniser import Find, Recogniser, matches
from proofstone.models.text.language import HAN

_NUMBERED = re.compile(
    r"(?:路|街|道|巷|弄|胡同|里|村|园|苑|小区)\s?[0-9一二三四五六七八九十]{1,5}\s?(?:弄|号)"
    r"(?:\s?[0-9A-Za-z一二三四五六七八九十]{1,5}\s?(?:号楼|号|栋|幢|座|单元|楼|层|室|房|户)){0,5}"
    r"(?:\s?[0-9]{3,4}(?![0-9A-Za-z]))?"
)
_BEFORE = re.compile(rf"[{HAN}0-9]{{1,32}}\Z")
_LEADING = re.compile(r".*(?:地址|住址|住在|家住|寄到|寄给|送到|送至|位于|搬到|是|在|到|为|至)")
_DIVISION = re.compile(r"[省市区县镇乡州盟旗]")


def _chinese(*, divided: bool) -> Find:
    """Return a finder of `...路88号3单元502室`, read backwards from the numbered road.

    `divided` asks for a province, city, district or county before the road, or for none.
    """

    def find(text: str) -> Iterator[tuple[int, int]]:
        for found in _NUMBERED.finditer(text):
            before = _BEFORE.search(text, max(0, found.start() - 32), found.start())
            if before is None:
                continue
            lead = _LEADING.match(before[0])
            start = before.start() + (lead.end() if lead else 0)
            place = text[start : found.start()]
            if place and bool(_DIVISION.search(place)) is divided:
                yield start, found.end()

    return find


_STREET = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Way|Place|Pl|"
    r"Square|Sq|Terrace|Close|Crescent|Parkway|Pkwy|Highway|Hwy)(?![A-Za-z])\.?"
)
_UNIT = (
    r"(?:,? ?(?:[Aa]pt|[Aa]partment|[Ss]uite|[Ss]te|[Uu]nit|[Ff]lat|[Rr]oom|#)\.? ?"
    r"[0-9A-Za-z-]{1,6})?"
)
_TOWN = r"(?:,? [A-Z][A-Za-z.' -]{1,24}(?=, | [A-Z]{2}\b))?(?:,? [A-Z]{2} [0-9]{5}(?:-[0-9]{4})?)?"

RECOGNISERS = (
    Recogniser("ADDRESS", 0.85, _chinese(divided=True), needs=("号", "弄")),
    Recogniser("ADDRESS", 0.65, _chinese(divided=False), needs=("号", "弄")),
    Recogniser(
        "ADDRESS",
        0.75,
        matches(
            r"[0-9](?<![0-9A-Za-z.#-][0-9])[0-9]{0,4}[A-Za-z]? (?:[NSEW]\.? )?"
            r"(?:(?:[A-Z][A-Za-z'-]{1,20}|[0-9]{1,3}(?:st|nd|rd|th)) ){1,3}"
            rf"{_STREET}{_UNIT}{_TOWN}"
        ),
    ),
    Recogniser(
        "ADDRESS",
        0.7,
        matches(
            r"(?:lives? at|address is|address:|ship(?: it)? to|deliver(?: it)? to|send it to) "
            r"([0-9]{1,5}[a-z]? (?:[a-z'-]{2,20} ){1,3}"
            r"(?:street|avenue|road|boulevard|lane|drive|court|way|place|square|terrace)(?![a-z]))"
        ),
    ),
)
