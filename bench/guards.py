"""Time per message of all guards together, before and after a model: 500 characters."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

import proofstone
from bench.row import Row, seconds
from proofstone.guards.chain import Guards
from proofstone.guards.exchange import Exchange, Said
from proofstone.guards.guard import GuardSettings
from proofstone.guards.labelled import labelled, lines
from proofstone.models.assistant.wording import INSTRUCTIONS
from proofstone.models.conversation import Turn
from proofstone.models.retrieval.passage import Passage
from proofstone.models.text.language import language_of

_LENGTH, _MESSAGES, _ROUNDS, _PASSAGES = 500, 80, 3, 4
_KNOWLEDGE = Path(proofstone.__file__).parent / "templates" / "support" / "knowledge"
_LANGUAGES = {"en": "English", "zh": "Chinese"}


def rows() -> list[Row]:
    """Each language with plain, sensitive and attacking messages, each also as the reply.

    Plain: help pages. Sensitive: the shipped texts full of personal data, or that look so. Attacks
    are flagged instead of blocked, so that every guard looks at every message.
    """
    guards = Guards.of(GuardSettings(injection_action="flag"))
    found = []
    for language, named in _LANGUAGES.items():
        plain = _pieces(
            one.read_text("utf-8") for one in sorted((_KNOWLEDGE / language).glob("*.md"))
        )
        kinds = {
            "plain": plain,
            "personal data": _personal(language),
            "attacks": _attacks(language),
        }
        found += [_row(guards, f"{named}, {kind}", texts, plain) for kind, texts in kinds.items()]
    return found


def _row(guards: Guards, what: str, texts: list[str], help_pages: list[str]) -> Row:
    """The least of some rounds for each message; the guard that takes longest is named."""
    asked = [Exchange((Turn("system", INSTRUCTIONS), Turn("user", one))) for one in texts]
    said = [
        (Exchange(one.messages, found), Said(text, (found[0].id,)))
        for one, text, found in zip(asked, texts, _found(help_pages), strict=True)
    ]
    questions = [(one,) for one in asked]
    before, after = _times(guards.before, questions), _times(guards.after, said)
    both = before + after
    alone = {
        one.name: float(np.median(_times(one.before, questions) + _times(one.after, said)))
        for one in guards.guards
    }
    dearest = max(alone, key=lambda name: alone[name])
    acted = sum(guards.before(one).decisions != () for one in asked)
    return Row(
        f"all guards, before and after, {_LENGTH} characters: {what}",
        f"median {seconds(float(np.median(both)))}, p95 {seconds(float(np.quantile(both, 0.95)))}",
        goal="3 ms",
        notes=f"before {seconds(float(np.median(before)))}, "
        f"after {seconds(float(np.median(after)))}; {dearest} takes most, "
        f"{seconds(alone[dearest])}; they act on {acted} of {len(asked)} messages",
    )


def _found(help_pages: list[str]) -> list[tuple[Passage, ...]]:
    """Passages for each message, other ones for each: guards remember what they saw lately."""
    known = [
        Passage(f"d#{at}/1", "d", "", "", language_of(one), one)
        for at, one in enumerate(help_pages)
    ]
    return [tuple((known * 2)[at : at + _PASSAGES]) for at in range(len(known))]


def _times(work: Callable[..., object], given: Sequence[tuple[object, ...]]) -> np.ndarray:
    """Seconds for each call, the least of the rounds."""
    taken = np.empty((_ROUNDS, len(given)))
    for at in np.ndindex(taken.shape):
        started = time.perf_counter()
        work(*given[at[1]])
        taken[at] = time.perf_counter() - started
    found: np.ndarray = taken.min(axis=0)
    return found


def _personal(language: str) -> list[str]:
    texts = (str(one["text"]) for one in lines("personal.jsonl"))
    return _pieces(one for one in texts if language_of(one) == language)


def _attacks(language: str) -> list[str]:
    known = labelled("injection.jsonl")
    return _pieces(one.text for one in known if one.attack and one.language == language)


def _pieces(texts: Iterable[str]) -> list[str]:
    """Messages of the length to measure: the texts one after the other, from the start again."""
    whole = " ".join(" ".join(one.split()) for one in texts) + " "
    endless = whole * (1 + _LENGTH * _MESSAGES // len(whole))
    return [endless[at * _LENGTH : (at + 1) * _LENGTH] for at in range(_MESSAGES)]
