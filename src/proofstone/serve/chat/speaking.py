"""One turn of a guarded assistant, let out sentence by sentence as the guards pass it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from proofstone.core.i18n import message
from proofstone.guards.guard import in_language_of
from proofstone.guards.guarded import Begun, GuardedAssistant
from proofstone.models.assistant.reply import Reply
from proofstone.models.contract import Generate
from proofstone.models.conversation import Conversation
from proofstone.models.generation import Completion, Usage
from proofstone.models.text.sentences import sentences
from proofstone.serve.chat.request import Asked
from proofstone.serve.chat.slots import GivenUp

WITHHELD = message("The rest of this answer was withheld.")

_SEEDS = 2**32 - 1
_UNFINISHED = Usage(0, 0)
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Spoken:
    """A finished turn: `rest` is what was not told yet, `withheld` whether told text is cut off."""

    reply: Reply
    rest: str
    withheld: bool = False


def speak(
    guarded: GuardedAssistant,
    conversation: Conversation,
    asked: Asked,
    cancelled: Callable[[], bool],
    tell: Tell | None = None,
) -> Spoken:
    """Answer the last turn of `conversation`, which may begin before that of `asked`.

    `tell` is told each sentence once the guards passed all of the text up to its end. What they
    mask or block later is not told: `rest` is then empty, or the refusal.

    Raises:
        GivenUp: `cancelled` turned true; the generator has stopped.
        RowError: the conversation does not fit the generator's context.

    Not covered: what only two sentences together give away. Its first half may have been told.
    """
    if cancelled():
        raise GivenUp
    begun = guarded.begin(conversation)
    if begun.outline is None or begun.outline.reply is not None:
        reply = guarded.conclude(begun)
        if reply.outcome == "answered":
            reply = reply.changed(text=_before(reply.text, asked.stop))
        return Spoken(reply, reply.text)
    telling = Telling(guarded, begun, tell)
    written = _write(guarded, begun, asked, cancelled, telling.add)
    return telling.end(guarded.conclude(begun, written), asked.question)


class Telling:
    """Tells what the guards pass of a text that is still being written."""

    def __init__(self, guarded: GuardedAssistant, begun: Begun, tell: Tell | None) -> None:
        self._guarded, self._begun, self._tell = guarded, begun, tell
        self._text = ""
        self._seen = 0
        self._told = ""

    def add(self, text: str) -> None:
        """Take in more text; each time that a sentence is whole, look at all of it."""
        self._text += text
        if self._tell is None:
            return
        parts = sentences(self._text[self._seen :])
        if len(parts) < 2:
            return
        self._seen = len(self._text.rstrip()) - len(parts[-1])
        so_far = Completion(self._text[: self._seen], "length", _UNFINISHED)
        reply = self._guarded.conclude(self._begun, so_far)
        passed = reply.outcome == "answered" and reply.text.startswith(self._told)
        if passed and len(reply.text) > len(self._told):
            self._tell(reply.text[len(self._told) :])
            self._told = reply.text

    def end(self, reply: Reply, question: str) -> Spoken:
        """Return the finished turn: `reply` is what the guards made of the whole text."""
        if reply.text.startswith(self._told):
            return Spoken(reply, reply.text[len(self._told) :])
        said = reply.text if reply.outcome == "refused" else in_language_of(question, WITHHELD)
        rest = f"\n\n{said}"
        cut = reply.changed(text=f"{self._told}{rest}", outcome="refused", sources=())
        return Spoken(cut, rest, withheld=True)


def _write(
    guarded: GuardedAssistant,
    begun: Begun,
    asked: Asked,
    cancelled: Callable[[], bool],
    take: Callable[[str], None],
) -> Completion:
    """Let the generator word the reply; `take` is given each piece of it."""
    assistant = guarded.assistant
    assert assistant.generator is not None
    assert begun.outline is not None
    assert begun.outline.prompt is not None
    most = assistant.settings.max_tokens
    operation = Generate(min(asked.max_tokens or most, most), asked.temperature, asked.stop)
    draw = secrets.randbelow(_SEEDS) if asked.seed is None else asked.seed % _SEEDS
    pieces: list[str] = []
    for piece in assistant.generator.stream(begun.outline.prompt, operation, draw, cancelled):
        if piece.usage is not None:
            return Completion("".join(pieces), piece.finish or "stop", piece.usage)
        pieces.append(piece.text)
        take(piece.text)
    raise GivenUp


def _before(text: str, stops: tuple[str, ...]) -> str:
    """The text before the first of `stops`."""
    return text[: min((at for one in stops if (at := text.find(one)) >= 0), default=len(text))]
