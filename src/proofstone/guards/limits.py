"""The guard of form: length, repetition, control characters, language, and an empty question."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace

from proofstone.core.i18n import LANGUAGES, catalogue, message
from proofstone.guards.exchange import Exchange, Said
from proofstone.guards.guard import Decision, GuardSettings, in_language_of, passed
from proofstone.guards.labelled import Rate, labelled, lines
from proofstone.models.text.language import language_of, reply_language

EMPTY = message("Please write your question in words.")
TOO_LONG = message("That message is too long for me. Please shorten it to what matters.")
REPEATED = message("That message says the same thing over and over. Please write it once.")
FOREIGN = message("I can answer in English or Chinese only. Please ask in one of them.")
ENGLISH_ONLY = message("I can answer in English only. Please ask in English.")
CHINESE_ONLY = message("I can answer in Chinese only. Please ask in Chinese.")
STUCK = message("I could not put an answer together. Please ask again, or ask for a person.")

_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\U000e0000-\U000e0fff\ud800-\udfff]"
)
_LETTER = re.compile(r"[^\W_]")
_WORDED = re.compile(r"[^\W\d_]")
_FOREIGN = frozenset({FOREIGN, ENGLISH_ONLY, CHINESE_ONLY})
_REPETITIVE_FROM = 400
_REPETITIVE = 0.08
_DATA = "limits.jsonl"


def estimated_tokens(text: str) -> int:
    """Return about how many tokens a multilingual tokenizer makes of `text`.

    One for four ASCII characters, and one for each other character.

    >>> estimated_tokens("How long?"), estimated_tokens("多久？")
    (3, 3)
    """
    plain = len(text.encode("ascii", "ignore"))
    return -(-plain // 4) + len(text) - plain


def repetitive(text: str) -> bool:
    """Return whether `text` says one thing over and over.

    It has 400 bytes or more and DEFLATE (RFC 1951) brings it below eight hundredths of them;
    English and Chinese prose of that length stays above thirty.

    >>> repetitive("ha " * 10_000), repetitive("ha")
    (True, False)
    """
    data = text.encode("utf-8", "replace")
    if len(data) < _REPETITIVE_FROM:
        return False
    return len(zlib.compress(data, 1)) < _REPETITIVE * len(data)


class Limits:
    """Blocks questions that no model should be asked, and replies that went wrong in form.

    Control characters and invisible ones are taken out of all messages from outside; joiners of
    emoji and of Indic and Persian letters stay. A reply is replaced when it is empty, longer than
    allowed or repeats itself, and flagged when it is in another language than the question.

    Not covered: languages in Latin letters other than English count as English; the number of
    tokens is an estimate, and the model's own limit holds besides.
    """

    name = "limits"

    def __init__(self, settings: GuardSettings) -> None:
        self._settings = settings

    def before(self, conversation: Exchange) -> Decision:
        """Block what cannot be answered; take out unwanted characters."""
        asked = _UNWANTED.sub("", conversation.question)
        found = self._fault(asked)
        if found:
            detail, reply = found
            text = _in_both(reply) if reply in _FOREIGN else in_language_of(asked[:4000], reply)
            return Decision("block", text, self.name, detail)
        messages = tuple(
            one if one.role == "system" else replace(one, content=_UNWANTED.sub("", one.content))
            for one in conversation.messages
        )
        if messages == conversation.messages:
            return passed(self.name, asked)
        return Decision("mask", asked, self.name, "invisible characters taken out", messages)

    def after(self, conversation: Exchange, reply: Said) -> Decision:
        """Replace a reply that is no answer in form; flag one in another language."""
        text, detail = reply.text, ""
        if not _LETTER.search(text):
            detail = "an empty reply"
        elif len(text) > self._settings.most_reply_characters:
            detail = f"{len(text)} characters"
        elif repetitive(text):
            detail = "it repeats itself"
        if detail:
            stuck = in_language_of(conversation.question, STUCK)
            return Decision("block", stuck, self.name, detail)
        wanted, given = reply_language(conversation.question), language_of(text)
        if given in {"en", "zh"} and given != wanted and _WORDED.search(conversation.question):
            return Decision("flag", text, self.name, f"the reply is in {given}, not {wanted}")
        return passed(self.name, text)

    def false_alarms(self) -> Rate:
        """Rate of benign labelled messages that do not pass."""
        texts = [one.text for one in labelled("injection.jsonl") if not one.attack]
        acts = [self._asked(text).action for text in texts]
        return Rate(sum(act != "pass" for act in acts), len(acts))

    def misses(self) -> Rate:
        """Rate of labelled messages against the default limits that pass."""
        acts = [self._asked(str(one["text"]) * int(str(one["times"]))) for one in lines(_DATA)]
        return Rate(sum(one.action == "pass" for one in acts), len(acts))

    def _asked(self, text: str) -> Decision:
        from proofstone.models.conversation import Turn

        return self.before(Exchange((Turn("user", text),)))

    def _fault(self, asked: str) -> tuple[str, str] | None:
        """What is wrong with a question, and the reply to give."""
        if not _LETTER.search(asked):
            return "an empty question", EMPTY
        if len(asked) > self._settings.most_characters:
            return f"{len(asked)} characters", TOO_LONG
        if estimated_tokens(asked) > self._settings.most_tokens:
            return f"about {estimated_tokens(asked)} tokens", TOO_LONG
        if repetitive(asked):
            return "it repeats itself", REPEATED
        language = language_of(asked)
        spoken = {"en", "zh"} if language == "mixed" else {language}
        if _WORDED.search(asked) and not spoken.intersection(self._settings.languages):
            only = {"en": ENGLISH_ONLY, "zh": CHINESE_ONLY}
            reply = only.get("".join(self._settings.languages), FOREIGN)
            return f"language {language}", reply
        return None


guard = Limits


def _in_both(text: str) -> str:
    """A message in English and Chinese, a line each: which of them is read is not known."""
    return "\n".join(dict.fromkeys(catalogue(name).gettext(text) for name in LANGUAGES))
