"""What a passage cannot support whatever its words are: other numbers, commands, a negation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from proofstone.models.text.words import normalised

_DIGITS = re.compile(r"\d+(?:[.,:]\d+)*")
_SPELLED = re.compile("[a-z]+").findall(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty"
)
_ENGLISH = {name: str(number) for number, name in enumerate(_SPELLED)} | {
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "sixty": "60",
    "ninety": "90",
}
_ENGLISH_WORD = re.compile(rf"\b(?:{'|'.join(_ENGLISH)})\b")
_CHINESE = {name: number for number, name in enumerate("零一二三四五六七八九")} | {"两": 2}
_CHINESE_RUN = re.compile("[一二两三四五六七八九]?十[一二三四五六七八九]?|[二两三四五六七八九]")
_ARTICLES = {"1"}
"""A sentence says "one" and 一 without counting; the passage need not."""

_MARKER = re.compile(r"^\s*(?:[-*•]|\(?\d{1,2}[.)])\s+|\[\d{1,2}\]")
_CODE = re.compile(r"`([^`]+)`|(?<![\w-])(--[a-z][\w-]+)")

_NEGATIONS = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|cannot|without)\b|n['’]t\b"
    r"|(?:不|没|无|未|勿|别(?!人|的|名|处))"
)
_NO_NEGATIONS = re.compile(
    r"\bnot only\b|\bno\. ?\d"
    r"|不同|不过|不仅|不但|不论|不管|无论|未来|不少|差不多|不断|是不是|能不能"
)


def numbers(text: str) -> set[str]:
    """Return the numbers in `text` as digits, spelled ones too; list marks are left out.

    >>> sorted(numbers("[1] Wait ten seconds, up to 2,380 times. 等十五秒，两次。"))
    ['10', '15', '2', '2380']
    """
    plain = _MARKER.sub(" ", normalised(text)).lower()
    return set(_numbers(plain))


def conflicts(sentence: str, passage: str) -> list[str]:
    """Return why `passage` cannot be what `sentence` rests on: `number` or `command`, or both.

    `number`: the sentence has a number, `command`: code or an option, that the passage lacks.

    Not covered: numbers that are computed from others, and those spelled in other ways than up to
    twenty and by tens.
    """
    found = []
    if numbers(sentence) - _ARTICLES - numbers(passage):
        found.append("number")
    held = _closed(passage)
    if any(_closed(code) not in held for code in _codes(sentence)):
        found.append("command")
    return found


def negated(text: str) -> bool:
    """Whether `text` has an odd number of negations.

    >>> negated("Cats are not welcome."), negated("不能带猫"), negated("not only cats")
    (True, True, False)
    """
    plain = _NO_NEGATIONS.sub(" ", normalised(text).lower())
    return len(_NEGATIONS.findall(plain)) % 2 == 1


def _numbers(text: str) -> Iterator[str]:
    for found in _DIGITS.findall(text):
        yield found.replace(",", "")
    for found in _ENGLISH_WORD.findall(text):
        yield _ENGLISH[found]
    for found in _CHINESE_RUN.findall(text):
        tens, ten, ones = found.rpartition("十")
        if ten:
            yield str(10 * _CHINESE.get(tens, 1) + _CHINESE.get(ones, 0))
        else:
            yield str(_CHINESE[ones])


def _codes(text: str) -> list[str]:
    return [quoted or option for quoted, option in _CODE.findall(normalised(text))]


def _closed(text: str) -> str:
    return re.sub(r"[\s`]+", "", normalised(text).casefold())
