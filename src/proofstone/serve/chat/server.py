"""One verified assistant, answering conversations from behind a bounded queue."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any

from proofstone.core.errors import VerificationError
from proofstone.guards.guard import GuardSettings
from proofstone.models.assistant.assistant import Assistant
from proofstone.models.contract import Generate
from proofstone.models.conversation import exchange
from proofstone.models.text.language import reply_language
from proofstone.registry.verify import VerifiedModel
from proofstone.serve.chat.answer import ID, Answer
from proofstone.serve.chat.conversations import Conversations
from proofstone.serve.chat.embedding import (
    EmbeddingAsked,
    embed,
    embeddings,
    parse_embedding,
)
from proofstone.serve.chat.errors import TooSlow
from proofstone.serve.chat.feedback import parse_feedback
from proofstone.serve.chat.limits import ChatLimits, Keeping
from proofstone.serve.chat.recording import Recorder
from proofstone.serve.chat.request import Asked, parse_chat
from proofstone.serve.chat.slots import Slots
from proofstone.serve.chat.sources import sources_block
from proofstone.serve.chat.speaking import Spoken, speak
from proofstone.serve.errors import NotServed
from proofstone.store.outcomes import Outcomes


class ChatServer:
    """Serves one verified assistant; weights are loaded when it is made.

    `outcomes` takes down how each turn ended, without what was said. `sources` says whether
    answers name their sources in the text. With several slots the generator rounds otherwise than
    it did when it was assessed, one turn at a time: a token may differ.

    Raises:
        VerificationError: it was given anything but a verified model.
        InputError: the model is no assistant.

    Not covered: who asks. There are no accounts here yet, so the door listens on loopback only.
    """

    def __init__(
        self,
        verified: VerifiedModel,
        limits: ChatLimits | None = None,
        keeping: Keeping | None = None,
        *,
        outcomes: Outcomes | None = None,
        sources: bool = True,
    ) -> None:
        if not isinstance(verified, VerifiedModel):
            raise VerificationError(
                "only a verified model is served",
                hint="proofstone.registry.verify.verify makes one from a release",
            )
        self.verified = verified
        self.limits = limits or ChatLimits()
        self.slots = Slots(self.limits.slots, self.limits.waiting)
        self.conversations = Conversations(keeping)
        self._guarded = verified.open_assistant(parallel=self.limits.slots)
        self._recorder = Recorder(outcomes, verified.release)
        self._sources = sources
        _load(self.assistant)

    @property
    def name(self) -> str:
        """The name under which the assistant is served."""
        return self.verified.name

    @property
    def version(self) -> str:
        """The first twelve digits of the release id."""
        return self.verified.release[:12]

    @cached_property
    def created(self) -> int:
        """When the release was taken in, in seconds since 1970."""
        return int(datetime.fromisoformat(self.verified.evidence.decided["at"]).timestamp())

    @property
    def assistant(self) -> Assistant:
        """The assistant behind its guards."""
        return self._guarded.assistant

    def require(self, model: str) -> None:
        """Refuse another model than this: its name, or name@version.

        Raises:
            NotServed: it is another.
        """
        if model not in (self.name, f"{self.name}@{self.version}"):
            raise NotServed(
                f"there is no model {model[:80]!a} here", hint=f"the model is called {self.name}"
            )

    def parse(self, document: object) -> Asked:
        """Return what a body asks for; raises as `parse_chat` and `require`."""
        asked = parse_chat(document, self.limits, self._longest)
        self.require(asked.model)
        return asked

    async def answer(
        self, asked: Asked, tell: Callable[[str], None] | None = None, name: str | None = None
    ) -> Answer:
        """Return the answer to `asked`; `tell` is told its text as the guards pass it.

        When this is cancelled the generator stops, and its slot is free. `name` is the answer's id.

        Raises:
            NotServed: the conversation that it goes on with is not kept.
            RowError: the conversation does not fit the generator's context.
            Overloaded: too much waits; nothing was done.
            TooSlow: its time is up.
        """
        with self.slots.place():
            try:
                async with asyncio.timeout(self.limits.deadline):
                    answer = await self._answer(asked, tell, name or new_id())
            except TimeoutError:
                raise TooSlow(
                    f"no answer within {self.limits.deadline:g} seconds", hint="ask for less"
                ) from None
        language = reply_language(asked.question)
        await self._recorder.answered(answer.id, language, answer.reply.outcome)
        return answer

    async def embeddings(self, document: object) -> dict[str, Any]:
        """Return the embeddings that a body asks for, by the encoder that finds passages.

        Raises:
            Refused, NotServed: it is not what the protocol asks for, or for another model.
            Overloaded, TooSlow: as `answer`.
        """
        encoder = self.assistant.finder.index.encoder
        asked: EmbeddingAsked = parse_embedding(document, self.limits, encoder.dimension)
        self.require(asked.model)
        with self.slots.place():
            try:
                async with asyncio.timeout(self.limits.deadline):
                    vectors = await self.slots.run(lambda given_up: embed(encoder, asked, given_up))
            except TimeoutError:
                raise TooSlow("the texts took too long", hint="send fewer") from None
        return embeddings(asked, vectors, self.name)

    async def feedback(self, document: object) -> dict[str, Any]:
        """Enter the feedback in a body; raises as `parse_feedback` and `Recorder.rated`."""
        feedback = parse_feedback(document)
        await self._recorder.rated(feedback)
        return {"object": "feedback", "id": feedback.id, "recorded": True}

    def close(self) -> None:
        """Take no more requests, stop what is under way, and give the weights' memory back."""
        self.slots.close()
        self._recorder.close()
        generator = self.assistant.generator
        if generator is not None:
            generator.close()

    @cached_property
    def _longest(self) -> int:
        settings = GuardSettings.from_json(self.assistant.settings.guards)
        return settings.most_characters

    async def _answer(self, asked: Asked, tell: Callable[[str], None] | None, name: str) -> Answer:
        loop = asyncio.get_running_loop()

        def told(text: str) -> None:
            if tell is not None:
                loop.call_soon_threadsafe(tell, text)

        async with self.conversations.turn(asked.kept) as kept:
            conversation = (*kept.turns, *asked.conversation)
            spoken: Spoken = await self.slots.run(
                lambda given_up: speak(
                    self._guarded, conversation, asked, given_up, told if tell else None
                )
            )
            kept.said(conversation, spoken.reply.text)
        shown = self._sources if asked.sources is None else asked.sources
        block = sources_block(asked.question, spoken.reply.sources) if shown else ""
        return Answer(
            id=name,
            created=int(time.time()),
            model=self.name,
            release=self.verified.release,
            reply=spoken.reply,
            text=f"{spoken.reply.text}{block}",
            rest=f"{spoken.rest}{block}",
            withheld=spoken.withheld,
            conversation=kept.id,
            ignored=asked.ignored,
        )


def new_id() -> str:
    """Return an id for an answer; nobody can guess it, so only who got it may rate it."""
    return f"{ID}{secrets.token_hex(16)}"


def _load(assistant: Assistant) -> None:
    """Read the weights into memory now, not with the first question."""
    assistant.finder.index.encoder.embed(["hello"], "query")
    if assistant.generator is not None:
        assistant.generator.generate(exchange("Hello"), Generate(max_tokens=1))
