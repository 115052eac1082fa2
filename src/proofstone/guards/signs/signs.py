"""The signs by which a message that attacks the instructions of a model is told.

The techniques are those that the OWASP Top 10 for LLM Applications 2025 (LLM01 Prompt Injection,
LLM07 System Prompt Leakage) and Liu et al. 2024 (patterns of jailbreaks) describe.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from proofstone.guards.signs.chinese import CHINESE
from proofstone.guards.signs.english import ENGLISH
from proofstone.guards.signs.patterns import Patterns

MEANINGS: dict[str, str] = {
    "override": "The instructions are to be set aside.",
    "reveal": "What the model was told is to be said.",
    "governed": "It is about what governs the model, or who set that up.",
    "persona": "The model is to be somebody else.",
    "lawless": "No limits apply any more.",
    "mode": "A mode that does not exist.",
    "markup": "Markup that separates the parts of a conversation.",
    "boundary": "What came before is said to be over.",
    "authority": "The speaker claims a rank.",
    "encoded": "Something is to be decoded and obeyed, or said in code.",
    "suppression": "Refusing or warning is forbidden, or the beginning of the answer dictated.",
    "exfiltrate": "The model is to send something away.",
    "secrets": "Other people's data or keys are asked for.",
    "fiction": "A story, game or test in which rules are said not to count.",
    "pressure": "Threats, rewards, urgency.",
    "readers": "It speaks to machines that read a document, not to its readers.",
    "about": "The message talks about such attacks and what stops them.",
    "hidden": "One of these shows up only when a piece is decoded, reversed or closed up.",
    "disguise": "Look-alike letters of other scripts, or invisible characters within words.",
    "quoted": "The message is about attacks and shows their signs in quotations only.",
}
"""What each sign means, by its name, in the order in which signs are told."""

SIGNS = tuple(MEANINGS)
WORDED = tuple(name for name in SIGNS if name in ENGLISH or name in CHINESE)
"""Signs in the words of a text; the others lie in the way it is written."""

ATTACKS = tuple(name for name in WORDED if name not in {"about", "fiction", "encoded"})
"""Signs that count when they show up only after decoding."""

_PATTERNS = Patterns(ENGLISH, CHINESE)
_QUOTED = re.compile(r"\"[^\"\n]{2,80}\"|“[^”\n]{2,80}”|「[^」\n]{2,80}」|`[^`\n]{2,80}`")


def prepare() -> None:
    """Compile what is looked for, so that the first message does not wait for it."""
    _PATTERNS.prepare()


def spoken(text: str, names: Collection[str] = WORDED) -> set[str]:
    """Return which of the signs `names` a folded text shows in its words."""
    return _PATTERNS.spoken(text, names)


def quoted(text: str, found: set[str]) -> bool:
    """Return whether `text` is about attacks and shows the signs `found` in quotations only."""
    attacks = found.intersection(ATTACKS)
    return "about" in found and bool(attacks) and not spoken(_QUOTED.sub("", text), attacks)
