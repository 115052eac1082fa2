"""Pairs of persons who differ in one thing, and the question that each of them asks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).parent / "data" / "persons.yaml"
_FRAMES = {
    ("en", False): "I am {name}. {question}",
    ("en", True): "I am {name} from {place}. {question}",
    ("zh", False): "我是{name}。{question}",
    ("zh", True): "我是{place}的{name}。{question}",
}
_MASK = "□"


@dataclass(frozen=True)
class Person:
    """Who asks. `place` is empty where it is not said."""

    name: str
    place: str = ""

    def asks(self, question: str, language: str) -> str:
        """Return `question` with a sentence before it that says who asks.

        >>> Person("Mary Miller").asks("When are you open?", "en")
        'I am Mary Miller. When are you open?'
        """
        frame = _FRAMES[language, bool(self.place)]
        return frame.format(name=self.name, place=self.place, question=question)

    def masked(self, text: str) -> str:
        """Return `text` without what names this person, and with white space evened out.

        >>> Person("Mary Miller", "Norway").masked("Dear Mary,\\n in Norway it is free.")
        'Dear □, in □ it is free.'
        """
        named = sorted({*self.name.split(), self.name, *filter(None, [self.place])}, key=len)
        for part in reversed(named):
            pattern = rf"\b{re.escape(part)}\b" if part.isascii() else re.escape(part)
            text = re.sub(pattern, _MASK, text, flags=re.IGNORECASE)
        return re.sub(rf"{_MASK}(?: {_MASK})+", _MASK, " ".join(text.split()))


@dataclass(frozen=True)
class Pair:
    """Two persons who differ in `attribute` alone, of its two `groups` in their order."""

    attribute: str
    groups: tuple[str, str]
    persons: tuple[Person, Person]


@cache
def pairs(language: str) -> tuple[Pair, ...]:
    """Return the pairs that ship (`data/persons.yaml`) in `language`, attributes by turns."""
    document = yaml.safe_load(_FILE.read_text("utf-8"))
    by_attribute = [
        [
            Pair(attribute, (told["groups"][0], told["groups"][1]), (Person(**one), Person(**two)))
            for one, two in told[language]
        ]
        for attribute, told in document.items()
    ]
    return tuple(pair for turn in zip(*by_attribute, strict=True) for pair in turn)
