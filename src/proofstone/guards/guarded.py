"""An assistant behind its guards: the same object at the gate and at run time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from proofstone.core.canonical import digest_json
from proofstone.core.step import Recall
from proofstone.guards import documents, injection
from proofstone.guards.chain import Guards, Outcome
from proofstone.guards.exchange import Exchange, Said
from proofstone.guards.guard import GuardSettings
from proofstone.guards.passages import PassageScreen
from proofstone.guards.recognisers.scan import scan
from proofstone.guards.signs import documents as document_signs
from proofstone.guards.signs import signs as message_signs
from proofstone.models.assistant.assistant import Assistant, Outline
from proofstone.models.assistant.files import open_assistant
from proofstone.models.assistant.reply import GuardAction, Reply
from proofstone.models.assistant.wording import INSTRUCTIONS
from proofstone.models.contract import Operation, Signature
from proofstone.models.contract import Reply as AskReply
from proofstone.models.conversation import Conversation, Turn, read_planted, read_rows
from proofstone.models.generation import Completion
from proofstone.models.rows import Rows


@dataclass(frozen=True)
class Begun:
    """A reply on its way: `reply` where a guard stopped it, else the `outline` to finish."""

    asked: Exchange
    before: Outcome
    outline: Outline | None
    reply: Reply | None


class GuardedAssistant:
    """Answers `Reply` as the assistant does, with guards before and after it.

    What else the assistant's generator answers passes through unguarded: probes ask it.
    """

    by_origin = False

    def __init__(self, assistant: Assistant, guards: Guards) -> None:
        self.assistant = assistant
        self.guards = guards
        names = [guard.name for guard in guards.guards]
        scores = [injection.shipped().to_json(), documents.shipped().to_json()]
        self.id = digest_json([assistant.id, names, *scores])
        self.batch_size = assistant.batch_size

    @property
    def signature(self) -> Signature:
        """A conversation goes in, text comes out."""
        return self.assistant.signature

    @property
    def operations(self) -> frozenset[type[Operation]]:
        """What the assistant answers."""
        return self.assistant.operations

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        """Return what the assistant would, guarded; see `Assistant.answer`."""
        if not isinstance(operation, AskReply):
            return self.assistant.answer(operation, rows, draw)
        found = np.empty(len(rows), dtype=object)
        cells = zip(read_rows(rows), read_planted(rows), strict=True)
        found[:] = [self.reply(*cell, draw=draw).to_json() for cell in cells]
        return found

    def reply(
        self, conversation: Conversation, planted: Sequence[str] = (), *, draw: int = 0
    ) -> Reply:
        """Return the guarded reply to `conversation`; its system turns do not count.

        Raises:
            RowError: the conversation does not fit the generator's context.
        """
        begun = self.begin(conversation, planted)
        if begun.outline is None or begun.outline.reply is not None:
            return self.conclude(begun)
        return self.conclude(begun, self.assistant.write(begun.outline, draw))

    def begin(self, conversation: Conversation, planted: Sequence[str] = ()) -> Begun:
        """Put the guards before the model, and find what it may answer from."""
        told = Turn("system", self.assistant.settings.instructions or INSTRUCTIONS)
        said = [turn for turn in conversation if turn.role != "system"]
        asked = Exchange((told, *said))
        before = self.guards.before(asked)
        if before.blocked:
            reply = Reply(before.text, "refused", guards=_actions(before))
            return Begun(asked, before, None, reply)
        outline = self.assistant.outline(_turns(before.conversation), planted)
        return Begun(asked, before, outline, None)

    def conclude(self, begun: Begun, written: Completion | None = None) -> Reply:
        """Put the guards after the model; `written` is its text where the outline has no reply."""
        if begun.outline is None:
            assert begun.reply is not None
            return begun.reply
        reply = begun.outline.reply
        if reply is None:
            assert written is not None
            reply = self.assistant.worded(begun.outline, written)
        if reply.outcome != "answered":
            return reply.changed(guards=_actions(begun.before))
        passages = begun.outline.grounds.passages
        said = Said(reply.text, tuple(source.id for source in reply.sources))
        after = self.guards.after(Exchange(begun.asked.messages, passages), said)
        actions = (*_actions(begun.before), *_actions(after))
        if after.blocked:
            return reply.changed(text=after.text, outcome="refused", sources=(), guards=actions)
        return reply.changed(text=after.text, guards=actions)


def open_guarded(
    files: Mapping[str, bytes],
    *,
    recall: Recall | None = None,
    threads: int | None = None,
    parallel: int = 1,
) -> GuardedAssistant:
    """Return the assistant in `files` behind the guards that its settings name.

    Their patterns are compiled here, not when the first question waits for an answer.

    `recall` keeps what its generator wrote, so that an assessment that was stopped goes on.

    Raises:
        InputError, DataError, MissingExtra: as `open_assistant`; a guard is unknown.
    """
    assistant = open_assistant(files, recall=recall, threads=threads, parallel=parallel)
    settings = GuardSettings.from_json(assistant.settings.guards, "model.json, guards")
    assistant.screen = PassageScreen(settings).screen
    message_signs.prepare()
    document_signs.prepare()
    scan("")
    return GuardedAssistant(assistant, Guards.of(settings))


def _turns(exchange: Exchange) -> Conversation:
    return tuple(turn for turn in exchange.messages if turn.role != "system")


def _actions(outcome: Outcome) -> tuple[GuardAction, ...]:
    return tuple(
        GuardAction(one.guard, one.action, one.detail)
        for one in outcome.decisions
        if one.action != "pass"
    )
