"""Labelled sentences: what the rates of error of the check of grounding are measured on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).parent / "data" / "claims.yaml"
_SIDES = (("supported", True), ("unsupported", False))


@dataclass(frozen=True)
class Claim:
    """A sentence about a passage: whether the passage says so, and in which way it does or not.

    `half` is `fit` for what the threshold follows from and `judge` for what tells its errors;
    sentences of one topic, in both languages, are of one half.
    """

    topic: str
    half: str
    language: str
    kind: str
    passage: str
    text: str
    supported: bool


@cache
def claims() -> tuple[Claim, ...]:
    """Return the labelled sentences that ship: `data/claims.yaml`, in its order."""
    topics = yaml.safe_load(_FILE.read_text("utf-8"))
    return tuple(claim for topic in topics for claim in _claims(topic))


def _claims(topic: Mapping[str, Any]) -> Iterator[Claim]:
    for language in ("en", "zh"):
        told = topic[language]
        for side, supported in _SIDES:
            for kind, text in told[side].items():
                yield Claim(
                    topic=topic["topic"],
                    half=topic["half"],
                    language=language,
                    kind=kind,
                    passage=told["passage"],
                    text=text,
                    supported=supported,
                )
