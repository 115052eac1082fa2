"""The guard that lets a reply name only sources and links that it was given."""

from __future__ import annotations

import re

from proofstone.core.i18n import message
from proofstone.guards.exchange import Exchange, Said
from proofstone.guards.guard import Decision, GuardSettings, in_language_of, passed
from proofstone.guards.labelled import Rate
from proofstone.guards.replies import replies

UNSOURCED = message(
    "I found no source for an answer, so I would rather not give one. Please ask for a person."
)
REMOVED = message("[link removed]")

_LINK = re.compile(
    r"(?:https?|ftp)://[A-Za-z0-9][^\s<>\"'）】」，。；、]*|(?<![\w@./-])www\.[\w./%?=&#-]+"
)
_TAIL = ".,;:!?)]*`"
_NAMED = re.compile(r"\[([^\[\]\n#]{1,120}#[^\[\]\n]{0,120}/[0-9]{1,6})\](?!\()")
_NUMBERED = re.compile(r"(?<![0-9A-Za-z_`\])])\[([0-9]{1,3})\](?![(\[])")


class Sources:
    """Blocks a reply that names a passage which was not retrieved; removes links from nowhere.

    A reply names passages in its list of sources and as `[document#section/part]` in its text.
    A number such as `[7]` beyond both sources and passages is flagged. A link may stand in a reply
    where it stands in the conversation, its instructions or the passages. With
    `sources_required`, a reply that names none is handed over.

    Not covered: whether the named passage says what the reply does (that is a probe's work), and
    sources named in words.
    """

    name = "sources"

    def __init__(self, settings: GuardSettings) -> None:
        self._required = settings.sources_required

    def before(self, conversation: Exchange) -> Decision:
        """Let every question pass."""
        return passed(self.name, conversation.question)

    def after(self, conversation: Exchange, reply: Said) -> Decision:
        """Check what the reply names and links to."""
        known = {one.id for one in conversation.passages}
        named = (*reply.sources, *_NAMED.findall(reply.text))
        unknown = [one for one in named if one not in known]
        if unknown or (self._required and not named):
            detail = f"unknown sources: {len(unknown)}" if unknown else "no source"
            text = in_language_of(conversation.question, UNSOURCED)
            return Decision("block", text, self.name, detail)
        text, gone = self._linked(conversation, reply.text)
        if gone:
            return Decision("mask", text, self.name, f"links from nowhere: {gone}")
        most = max(len(known), len(reply.sources))
        beyond = [one for one in _NUMBERED.findall(reply.text) if int(one) > most]
        if beyond:
            return Decision("flag", reply.text, self.name, f"[{beyond[0]}] of {most} sources")
        return passed(self.name, reply.text)

    def false_alarms(self) -> Rate:
        """Rate of labelled good replies that do not pass."""
        acts = [self.after(one.conversation, one.reply) for one in replies() if not one.wrong]
        return Rate(sum(one.action != "pass" for one in acts), len(acts))

    def misses(self) -> Rate:
        """Rate of labelled replies with a wrong source or link that pass."""
        rows = [one for one in replies() if one.wrong == self.name]
        acts = [self.after(one.conversation, one.reply) for one in rows]
        return Rate(sum(one.action == "pass" for one in acts), len(acts))

    def _linked(self, conversation: Exchange, text: str) -> tuple[str, int]:
        """`text` without links from nowhere, and how many those were."""
        if not _LINK.search(text):
            return text, 0
        known = {_address(found[0]) for found in _LINK.finditer(conversation.known)}
        gone = 0

        def checked(found: re.Match[str]) -> str:
            nonlocal gone
            if _address(found[0]) in known:
                return found[0]
            gone += 1
            tail = found[0][len(found[0].rstrip(_TAIL)) :]
            return in_language_of(conversation.question, REMOVED) + tail

        return _LINK.sub(checked, text), gone


guard = Sources


def _address(link: str) -> str:
    """A link without what a sentence puts after it; scheme and host in lower case."""
    scheme, _, rest = link.rstrip(_TAIL).rpartition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}://{host.lower()}{slash}{path}".rstrip("/")
