"""The guard against replies that give away instructions, canaries or other people's data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from proofstone.core.i18n import message
from proofstone.guards.encodings import decodings
from proofstone.guards.exchange import Exchange, Said
from proofstone.guards.folding import folded
from proofstone.guards.guard import Decision, GuardSettings, in_language_of, passed
from proofstone.guards.labelled import Rate
from proofstone.guards.personal_data import PersonalData, counted
from proofstone.guards.recognisers.mask import Masking
from proofstone.guards.recognisers.recogniser import Recognised
from proofstone.guards.replies import LabelledReply, replies
from proofstone.models.text.language import reply_language
from proofstone.models.text.words import words

LEAKED = message(
    "I cannot give that answer. Please put your question in other words, or ask for a person."
)

_N = 4
_RUN = {"en": 9, "zh": 11}
_LEAST = {"en": 6, "zh": 8}
_SHARE = 0.5
Gram = tuple[str, ...]
"""Words that follow each other."""

_SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Overlap:
    """What a reply repeats of the instructions: its longest run of words, and their share of all.

    `share` is the share of the instructions' runs of four words that stand in the reply.
    """

    longest: int
    share: float


def overlap(instructions: str, reply: str, beside: str = "") -> Overlap:
    """Return how much of `instructions` stands in `reply`, by common runs of four words.

    Case, space and markup do not count. Runs that stand in `beside` (the passages) do not either:
    a reply may quote them.

    >>> overlap("Never name the price of a rival.", "He said: NEVER name **the price** of a cat.")
    Overlap(longest=6, share=0.75)
    """
    known = _runs(instructions)
    if beside:
        known -= _runs(beside)
    return _compared(known, [*_grams(reply)])


class Leakage:
    """Blocks replies that repeat the instructions or hold a canary; masks data of other people.

    A reply repeats the instructions when it holds nine of their words in a row (eleven pairs of
    Han characters), or six (eight) and half of their runs of four, also read backwards or decoded.
    Personal data may be said that stands in
    the conversation, its instructions or the passages; other is replaced by placeholders.

    Not covered: instructions in other words, translated, or spread over several replies; personal
    data that the recognisers do not know.
    """

    name = "leakage"

    def __init__(self, settings: GuardSettings) -> None:
        self._canaries = tuple(_signs(one) for one in settings.canaries)
        self._personal = PersonalData(settings)

    def before(self, conversation: Exchange) -> Decision:
        """Let every question pass."""
        return passed(self.name, conversation.question)

    def after(self, conversation: Exchange, reply: Said) -> Decision:
        """Block a leak, mask personal data that came from nowhere in the conversation."""
        why = self._leak(conversation, reply.text)
        if why:
            text = in_language_of(conversation.question, LEAKED)
            return Decision("block", text, self.name, why)
        known = ""

        def new(one: Recognised) -> bool:
            nonlocal known
            known = known or _signs(conversation.known)
            return self._personal.wanted(one) and _signs(one.text) not in known

        text, found = Masking(new).mask(reply.text)
        if not found:
            return passed(self.name, reply.text)
        return Decision("mask", text, self.name, counted(found))

    def false_alarms(self) -> Rate:
        """Rate of labelled good replies that do not pass."""
        return self._rate(wrong=None, passing=False)

    def misses(self) -> Rate:
        """Rate of labelled leaks that pass."""
        return self._rate(wrong=self.name, passing=True)

    def _rate(self, *, wrong: str | None, passing: bool) -> Rate:
        rows: Iterable[LabelledReply] = [one for one in replies() if one.wrong == wrong]
        acts = [self.after(one.conversation, one.reply).action for one in rows]
        return Rate(sum((act == "pass") is passing for act in acts), len(acts))

    def _leak(self, conversation: Exchange, text: str) -> str:
        """Why `text` is a leak, or nothing."""
        views = [text, *decodings(text)]
        if any(canary in _both_ways(view) for canary in self._canaries for view in views):
            return "a planted canary"
        told = conversation.instructions
        if not told:
            return ""
        language = reply_language(told)
        known = [_runs(told), _runs(told[::-1])]
        # Few replies come near the instructions: only for them the passages are read.
        near = [
            said
            for said in ([*_grams(view)] for view in views)
            if any(_longest(runs, said) >= _LEAST[language] for runs in known)
        ]
        if not near:
            return ""
        beside = _runs("\n".join(one.text for one in conversation.passages))
        for said in near:
            for runs in known:
                found = _compared(runs - beside, said)
                large = found.share >= _SHARE
                if found.longest >= (_LEAST if large else _RUN)[language]:
                    return f"{found.longest} words of the instructions in a row"
        return ""


guard = Leakage


def _compared(known: frozenset[Gram], said: Sequence[Gram]) -> Overlap:
    share = len(known.intersection(said)) / len(known) if known else 0.0
    return Overlap(_longest(known, said), share)


def _longest(known: frozenset[Gram], said: Sequence[Gram]) -> int:
    """Words of the longest row of runs of `said` that are all in `known`."""
    if known.isdisjoint(said):
        return 0
    longest = current = 0
    for gram in said:
        current = current + 1 if gram in known else 0
        longest = max(longest, current)
    return longest + _N - 1


def _grams(text: str) -> Iterable[Gram]:
    said = words(text)
    return zip(*(said[at:] for at in range(_N)), strict=False)


@lru_cache(maxsize=64)
def _runs(text: str) -> frozenset[Gram]:
    return frozenset(_grams(text))


def _signs(text: str) -> str:
    """Letters and digits of `text` alone, in lower case."""
    return _SIGNS.sub("", folded(text).text).casefold()


def _both_ways(text: str) -> str:
    signs = _signs(text)
    return f"{signs} {signs[::-1]}"
