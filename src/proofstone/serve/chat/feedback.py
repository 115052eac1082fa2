"""What people thought of an assistant's answers: one at a time, and a release in numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from proofstone.guards.folding import INVISIBLE
from proofstone.guards.recognisers.mask import mask
from proofstone.measures.intervals import wilson
from proofstone.serve.chat.errors import Refused
from proofstone.serve.chat.request import mapping, required, text, unknown
from proofstone.store.outcomes import Count, Outcomes

LEVEL = 0.95
"""Confidence of the intervals."""

_KNOWN = frozenset({"id", "satisfied", "resolved", "comment"})
_LONGEST = 1_000
_COMMENTS = 20


@dataclass(frozen=True)
class Feedback:
    """What a person thinks of one answer; None where they do not say. `comment` is masked."""

    id: str
    satisfied: bool | None
    resolved: bool | None
    comment: str | None


def parse_feedback(document: object) -> Feedback:
    """Return the feedback in the body `document`.

    Its comment is put on one line, without control characters and with personal data masked.

    Raises:
        Refused: a field is unknown, wanting, of another type or too long, or nothing is said.
    """
    state = mapping(document, "")
    unknown(state, _KNOWN)
    identity = text(required(state, "id"), "id")
    satisfied, resolved = (_opinion(state.get(name), name) for name in ("satisfied", "resolved"))
    comment = state.get("comment")
    if comment is not None:
        comment = " ".join(INVISIBLE.sub("", text(comment, "comment")).split())
        if len(comment) > _LONGEST:
            problem = f"has {len(comment)} characters, and {_LONGEST} are the most"
            raise Refused("string_above_max_length", "comment", problem)
    if satisfied is None and resolved is None and not comment:
        hint = "say satisfied, resolved or comment"
        raise Refused("missing_required_parameter", "", "the feedback says nothing", hint=hint)
    return Feedback(identity, satisfied, resolved, mask(comment)[0] if comment else None)


def feedback_summary(outcomes: Outcomes, release: str) -> dict[str, Any]:
    """Return satisfaction, resolution, hand-over and response of a release, by language.

    Each is a share with Wilson's interval (1927) at `LEVEL`, None where nothing was counted:
    `response` is of all answers the share with feedback; `satisfied` and `resolved` are of those
    who said; `handed_over` and `refused` are of all answers.

    Not covered: who does not answer. Those who do may be happier or angrier than the rest. Turns
    of one conversation are counted as if they were independent.
    """
    counts = outcomes.counts(release)
    languages = sorted({one.language for one in counts})
    groups = [_group("all", counts)] + [
        _group(name, [one for one in counts if one.language == name]) for name in languages
    ]
    return {
        "release": release,
        "level": LEVEL,
        "groups": groups,
        "comments": outcomes.comments(release, _COMMENTS),
    }


def _group(language: str, counts: Sequence[Count]) -> dict[str, Any]:
    def number(wanted: Callable[[Count], bool]) -> int:
        return sum(one.number for one in counts if wanted(one))

    replies = number(lambda one: True)
    return {
        "language": language,
        "answers": replies,
        "response": _share(number(lambda one: one.rated), replies),
        "satisfied": _share(
            number(lambda one: one.satisfied is True),
            number(lambda one: one.satisfied is not None),
        ),
        "resolved": _share(
            number(lambda one: one.resolved is True), number(lambda one: one.resolved is not None)
        ),
        "handed_over": _share(number(lambda one: one.outcome == "handed_over"), replies),
        "refused": _share(number(lambda one: one.outcome == "refused"), replies),
    }


def _share(count: int, of: int) -> dict[str, float | int | None]:
    if not of:
        return {"value": None, "low": None, "high": None, "n": 0}
    low, high = wilson(count, of, LEVEL)
    return {"value": count / of, "low": low, "high": high, "n": of}


def _opinion(value: object, field: str) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise Refused("invalid_type", field, "is neither true, false nor null")
    return value
