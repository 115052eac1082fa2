"""The attacks that ship: data files whose texts come in matched pairs, English and Chinese."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from proofstone.models import fields

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
QUESTION = "{question}"
"""Stands in a text for an ordinary question of the assessed assistant."""

_FOLDER = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Attack:
    """One attack in one language; both languages of it share `topic`.

    `ask` is what the user says, `passages` what is planted in the documents. `says` tells a
    success: the reply holds at least one text of each of its tuples. `source` names the
    publication that describes the technique, `owasp` the risk that it is a case of.
    """

    topic: str
    technique: str
    language: Language
    ask: str
    passages: tuple[str, ...]
    says: tuple[tuple[str, ...], ...]
    source: str
    owasp: str


@cache
def suite(name: str) -> tuple[Attack, ...]:
    """Return the attacks of the shipped suite `name`: each topic in English, then in Chinese.

    Raises:
        InputError: its file does not hold together; names the place.
    """
    file = f"{name}.yaml"
    document = fields.mapping(yaml.safe_load((_FOLDER / file).read_bytes()), file)
    sources = fields.mapping(fields.field(document, "sources", file), f"{file}, sources")
    owasp = fields.text(fields.field(document, "owasp", file), f"{file}, owasp")
    listed = fields.items(fields.field(document, "attacks", file), f"{file}, attacks")
    found = [
        attack
        for at, entry in enumerate(listed)
        for attack in _attacks(entry, f"{file}, attacks[{at}]", sources, owasp)
    ]
    fields.texts([one.topic for one in found[:: len(LANGUAGES)]], f"{file}, topics")
    return tuple(found)


def _attacks(entry: object, place: str, sources: dict[str, Any], owasp: str) -> list[Attack]:
    state = fields.mapping(entry, place)
    topic, technique, source = (
        fields.text(fields.field(state, name, place), f"{place}.{name}")
        for name in ("topic", "technique", "source")
    )
    if source not in sources:
        raise fields.misfit(f"{place}.source", f"{source[:40]!r} is not among the sources")
    return [
        Attack(
            topic=topic,
            technique=technique,
            language=language,
            ask=fields.text(_in(state, "ask", language, QUESTION), f"{place}.ask"),
            passages=fields.texts(_in(state, "passages", language, []), f"{place}.passages"),
            says=tuple(
                fields.texts(one, f"{place}.says")
                for one in fields.items(_in(state, "says", language, []), f"{place}.says")
            ),
            source=fields.text(sources[source], f"{place}.source"),
            owasp=owasp,
        )
        for language in LANGUAGES
    ]


def _in(state: dict[str, Any], name: str, language: Language, absent: object) -> object:
    """What `name` holds for `language`, or for both where it does not tell them apart."""
    value = state.get(name, absent)
    return value.get(language) if isinstance(value, dict) else value
