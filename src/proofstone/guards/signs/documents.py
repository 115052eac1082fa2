"""The signs by which a passage that talks to whatever answers from it is told.

Techniques after Greshake et al. 2023 (indirect prompt injection) and the OWASP Top 10 for LLM
Applications 2025 (LLM01 Prompt Injection); the words are ours.
"""

from __future__ import annotations

from collections.abc import Iterable

from proofstone.guards.signs import chinese, english
from proofstone.guards.signs.documents_chinese import CHINESE
from proofstone.guards.signs.documents_english import ENGLISH
from proofstone.guards.signs.patterns import Patterns

_OF_MESSAGES = (
    *("override", "reveal", "governed", "lawless", "mode", "authority", "suppression"),
    *("exfiltrate", "secrets", "pressure"),
)

MEANINGS: dict[str, str] = {
    "addressed": "It addresses an assistant, a model or another machine that reads it.",
    "commanded": "It says what an assistant or a model must do.",
    "scripted": "It says what to answer to certain questions, or to all.",
    "ordered": "It orders to say, print, recommend or deny something.",
    "answering": "It sets what an answer must hold, or where in the answer.",
    "dictated": "It gives the words to say.",
    "manner": "It sets the language, form or voice of what is said from now on.",
    "diverted": "It keeps from answering, or leads to something else.",
    "told": "It says what to tell or do to the user.",
    "harvested": "Data of the user are to be asked for.",
    "concealed": "Something is to be kept from the user, the orders themselves for one.",
    "linked": "A link or picture is to be put in, with data in its address.",
    "turns": "It imitates the turns of a conversation, or the marks between them.",
    "ended": "It says that what was found is over, or that a new task begins.",
    "carried": "It stands where readers do not look: a comment, white text, a field for machines.",
    "ranked": "It claims to count for more than other documents or instructions.",
    "inward": "It is about what the machine was told, or what it is to become.",
    "attack": "It shows a sign of messages that attack the instructions, as `signs` lists them.",
    "attacks": "Two such signs stand together.",
    "hidden": "Signs show up only when a piece is decoded, reversed or closed up.",
    "disguise": "Look-alike letters of other scripts, or invisible characters within words.",
}
"""What each sign means, by its name, in the order in which signs are told."""

SIGNS = tuple(MEANINGS)
_PATTERNS = Patterns(
    ENGLISH | {name: english.ENGLISH[name] for name in _OF_MESSAGES},
    CHINESE | {name: chinese.CHINESE[name] for name in _OF_MESSAGES},
)

Place = tuple[int, str]
"""Where a sign begins, and its name."""


def prepare() -> None:
    """Compile what is looked for, so that the first passage does not wait for it."""
    _PATTERNS.prepare()


def places(text: str) -> list[Place]:
    """Return where signs begin in the words of a folded text, in order; for `together`."""
    return _PATTERNS.places(text)


def together(found: Iterable[Place]) -> set[str]:
    """Return the signs that all of `found` amount to."""
    names = {name for _, name in found}
    attacks = names.intersection(_OF_MESSAGES)
    signs = names - attacks
    if attacks:
        signs.add("attack")
    if len(attacks) > 1:
        signs.add("attacks")
    return signs
