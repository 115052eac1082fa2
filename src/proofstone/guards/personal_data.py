"""The guard that keeps personal data and secrets from the model."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from proofstone.guards.exchange import Exchange, Said
from proofstone.guards.folding import folded
from proofstone.guards.guard import Decision, GuardSettings, passed
from proofstone.guards.labelled import Rate, lines
from proofstone.guards.recognisers.mask import Masking
from proofstone.guards.recognisers.recogniser import Kind, Recognised

_DATA = "personal.jsonl"


class PersonalData:
    """Masks personal data and secrets in all messages from outside, before the model sees them.

    The same value has the same placeholder throughout a conversation. Replies pass: what they may
    not hold is for the leakage guard.

    Not covered: what `scan` does not cover; and who is meant may show from what is not masked.
    """

    name = "personal_data"

    def __init__(self, settings: GuardSettings) -> None:
        self._kinds = frozenset(settings.kinds)
        self._least = settings.least_confidence
        self._allowed = tuple(folded(one).text.casefold() for one in settings.allowed)

    def before(self, conversation: Exchange) -> Decision:
        """Mask what is wanted of the messages; the detail counts it by kind."""
        masking = Masking(self.wanted)
        messages, found = [], list[Recognised]()
        for one in conversation.messages:
            if one.role == "system":
                messages.append(one)
                continue
            masked, new = masking.mask(one.content)
            messages.append(replace(one, content=masked))
            found += new
        if not found:
            return passed(self.name, conversation.question)
        changed = Exchange(tuple(messages))
        return Decision("mask", changed.question, self.name, counted(found), changed.messages)

    def after(self, conversation: Exchange, reply: Said) -> Decision:
        """Let the reply pass."""
        return passed(self.name, reply.text)

    def wanted(self, one: Recognised) -> bool:
        """Return whether `one` is of a kind that is masked, sure enough, and not allowed."""
        if one.kind not in self._kinds or one.confidence < self._least:
            return False
        text = folded(one.text).text.casefold()
        return not any(_nobodys(one.kind, text, allowed) for allowed in self._allowed)

    def false_alarms(self) -> Rate:
        """Rate of labelled texts without any personal data in which some is found."""
        rows = [one for one in lines(_DATA) if not one["spans"]]
        return Rate(sum(bool(self._found(str(one["text"]))) for one in rows), len(rows))

    def misses(self) -> Rate:
        """Rate of labelled pieces of personal data of which a part is left standing."""
        missed = total = 0
        for row in lines(_DATA):
            text, spans = str(row["text"]), row["spans"]
            assert isinstance(spans, list)
            covered = {at for one in self._found(text) for at in range(one.start, one.end)}
            for kind, value in spans:
                if kind in self._kinds:
                    start = text.index(value)
                    missed += not covered.issuperset(range(start, start + len(value)))
                    total += 1
        return Rate(missed, total)

    def _found(self, text: str) -> list[Recognised]:
        from proofstone.guards.recognisers.scan import scan

        return [one for one in scan(text) if self.wanted(one)]


def _nobodys(kind: Kind, text: str, allowed: str) -> bool:
    """Whether `text` is `allowed`, an address at that domain or below it, or holds it whole.

    Points and hyphens join words, except where a text ends with them.
    """
    if kind == "EMAIL":
        domain = allowed.removeprefix("@")
        below = "@" not in domain and text.endswith((f"@{domain}", f".{domain}"))
        return text == allowed or below
    return re.search(rf"(?<![\w.-]){re.escape(allowed)}(?![.-]*\w)", text) is not None


def counted(found: Iterable[Recognised]) -> str:
    """Return how many of each kind there are, as `EMAIL 2, PHONE 1`."""
    kinds = [one.kind for one in found]
    return ", ".join(f"{kind} {kinds.count(kind)}" for kind in sorted(set(kinds)))


guard = PersonalData
