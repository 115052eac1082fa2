"""The assistant as a model: conversations in, replies with their sources out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from proofstone.core.errors import InputError
from proofstone.core.step import Recall
from proofstone.models.assistant.grounds import Finder, Grounds
from proofstone.models.assistant.quoting import quote
from proofstone.models.assistant.reply import Reply, sources_of
from proofstone.models.assistant.settings import AssistantSettings
from proofstone.models.assistant.wording import cited, prompt
from proofstone.models.chat import ChatModel, Writer
from proofstone.models.contract import Feature, Generate, Operation, Signature
from proofstone.models.contract import Reply as AskReply
from proofstone.models.conversation import (
    MESSAGES,
    Conversation,
    read_planted,
    read_rows,
)
from proofstone.models.generation import Completion
from proofstone.models.recalled import Recalled
from proofstone.models.retrieval.passage import Passage
from proofstone.models.rows import Rows
from proofstone.models.text.language import reply_language

Screen = Callable[[Sequence[Passage]], list[Passage]]
"""Returns the passages that an answer may rest on, in order, as they may be shown."""


def keep_all(passages: Sequence[Passage]) -> list[Passage]:
    """Let every passage through as it is."""
    return [*passages]


@dataclass(frozen=True)
class Outline:
    """What a reply will be made from: `prompt` where a chat model words it, else `reply`."""

    grounds: Grounds
    prompt: Conversation | None
    reply: Reply | None


class Assistant:
    """Answers from passages with sources, or hands over to a person when they answer too little.

    Without a generator, and in languages that it does not speak, the answer is a quotation.
    """

    by_origin = False
    batch_size = 8

    def __init__(
        self,
        identity: str,
        finder: Finder,
        settings: AssistantSettings,
        generator: ChatModel | None = None,
        recall: Recall | None = None,
    ) -> None:
        self._id = identity
        self.finder = finder
        self.settings = settings
        self.generator = generator
        self.screen: Screen = keep_all
        self._writer: Writer | None = generator
        if generator is not None and recall is not None:
            self._writer = Recalled(generator, recall)

    @property
    def id(self) -> str:
        """Digest of all of its files."""
        return self._id

    @property
    def operations(self) -> frozenset[type[Operation]]:
        """`Reply`, and whatever its generator answers."""
        return frozenset({AskReply}) | (self.generator.operations if self.generator else set())

    @property
    def signature(self) -> Signature:
        """A conversation goes in, text comes out."""
        return Signature((Feature(MESSAGES, "text"),), "text")

    @property
    def operation(self) -> Generate:
        """What the generator is asked."""
        return Generate(self.settings.max_tokens)

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        """Return a reply for each conversation, an object array of dict, shape (n,).

        Other operations are answered by the generator, without passages.

        Raises:
            InputError: the operation is not `Reply`, nor one of its generator's.
            RowError: a conversation cannot be read, or does not fit the generator's context.
        """
        if not isinstance(operation, AskReply):
            if self.generator is not None:
                return self.generator.answer(operation, rows, draw)
            raise InputError(f"an assistant does not answer {type(operation).__name__}")
        cells = zip(read_rows(rows), read_planted(rows), strict=True)
        found = np.empty(len(rows), dtype=object)
        found[:] = [self.finish(self.outline(*cell), draw).to_json() for cell in cells]
        return found

    def outline(self, conversation: Conversation, planted: Sequence[str] = ()) -> Outline:
        """Find the grounds of the last turn and decide how it is answered.

        `planted` passages are put before what was found, as a poisoned document would be.
        """
        question = conversation[-1].content
        language = reply_language(question)
        grounds = self._grounds(conversation, planted)
        if not grounds.passages or grounds.evidence < self.settings.threshold:
            return Outline(grounds, None, self._handed_over(language, grounds))
        if self.generator is None or language not in self.settings.languages:
            quoted = quote(grounds, self.finder.index.bm25)
            return Outline(grounds, None, self._reply(quoted.text, quoted.passages, grounds))
        asked = prompt(
            self.settings.instructions, self.settings.window.of(conversation), grounds, question
        )
        return Outline(grounds, asked, None)

    def finish(self, outline: Outline, draw: int = 0) -> Reply:
        """Return the reply of `outline`; a chat model words it where that is still to be done.

        Raises:
            RowError: the conversation does not fit the generator's context.
        """
        if outline.reply is not None:
            return outline.reply
        return self.worded(outline, self.write(outline, draw))

    def write(self, outline: Outline, draw: int = 0) -> Completion:
        """Let the chat model word what `outline` leaves open; raises as `finish`."""
        assert self._writer is not None
        assert outline.prompt is not None
        return self._writer.generate(outline.prompt, self.operation, draw)

    def worded(self, outline: Outline, written: Completion) -> Reply:
        """The reply that a chat model's text is, with the passages that support it."""
        sources = cited(written.text, outline.grounds.passages, self.finder.index.bm25)
        reply = self._reply(written.text.strip(), sources, outline.grounds)
        return reply.changed(
            finish=written.finish,
            prompt_tokens=written.usage.prompt_tokens,
            completion_tokens=written.usage.completion_tokens,
        )

    def _grounds(self, conversation: Conversation, planted: Sequence[str]) -> Grounds:
        found = self.finder.find(conversation)
        passages = self.screen((*_planted(planted), *found.passages))
        return Grounds(found.query, tuple(passages), found.features, found.evidence)

    def _handed_over(self, language: str, grounds: Grounds) -> Reply:
        text = self.settings.handover[language]
        return Reply(text, "handed_over", (), _ids(grounds), grounds.evidence)

    def _reply(self, text: str, sources: Sequence[Passage], grounds: Grounds) -> Reply:
        return Reply(text, "answered", sources_of(sources), _ids(grounds), grounds.evidence)


def _ids(grounds: Grounds) -> tuple[str, ...]:
    return tuple(passage.id for passage in grounds.passages)


def _planted(texts: Sequence[str]) -> list[Passage]:
    return [
        Passage(f"planted#{at}/0", "planted", "planted", str(at), reply_language(text), text)
        for at, text in enumerate(texts)
    ]
