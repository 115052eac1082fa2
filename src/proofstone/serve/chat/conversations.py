"""Conversations that the server keeps in memory, for clients that send the new question alone."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from proofstone.models.conversation import Conversation, Turn
from proofstone.serve.chat.limits import Keeping
from proofstone.serve.chat.request import NEW
from proofstone.serve.errors import NotServed, Overloaded


@dataclass(eq=False)
class Kept:
    """One conversation while it is someone's turn: `turns` are the earlier ones.

    `said` takes down what the turn came to; without it the conversation stays as it was. `id` is
    None where nothing is kept.
    """

    id: str | None = None
    turns: Conversation = ()
    _new: Conversation = ()

    def said(self, conversation: Conversation, reply: str) -> None:
        """Take down the turns that were asked with, and the reply."""
        self._new = (*conversation, Turn("assistant", reply))

    @property
    def whole(self) -> Conversation | None:
        """All turns where something was said, else None."""
        return self._new or None


@dataclass(eq=False)
class _Held:
    turns: Conversation = ()
    used: float = 0.0
    queued: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Conversations:
    """The last turns of the conversations that were used last.

    An id is a secret of 192 random bits that the server gives out; whoever has it, and nobody
    else, goes on with the conversation. Requests with one id are answered one after the other.

    Not covered: a client that shows its id to others. Nothing outlives the process.
    """

    def __init__(
        self, limits: Keeping | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limits = limits or Keeping()
        self._clock = clock
        self._held: OrderedDict[bytes, _Held] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    @asynccontextmanager
    async def turn(self, name: str | None) -> AsyncIterator[Kept]:
        """Hold a conversation for one turn: that with the id `name`, a new one, or none.

        Raises:
            NotServed: there is none with this id, or it was forgotten.
            Overloaded: too many requests wait for their turn in it.
        """
        self._forget()
        if name is None:
            yield Kept()
            return
        key = _key(name)
        if name == NEW:
            name = secrets.token_urlsafe(24)
            key, held = _key(name), _Held()
        elif key in self._held:
            held = self._held[key]
        else:
            raise NotServed("there is no such conversation", hint=f'begin one with "{NEW}"')
        if held.queued >= self._limits.queued:
            raise Overloaded("too many requests wait in this conversation", hint="ask in turn")
        held.queued += 1
        try:
            async with held.lock:
                kept = Kept(name, held.turns)
                yield kept
                if kept.whole is not None:
                    held.turns = self._last(kept.whole)
                    held.used = self._clock()
                    self._held[key] = held
                    self._held.move_to_end(key)
                    self._forget()
        finally:
            held.queued -= 1

    def _last(self, turns: Conversation) -> Conversation:
        """The last turns that may be kept, beginning with one of the user's."""
        turns = turns[-self._limits.turns :]
        while turns and (
            turns[0].role != "user" or sum(len(one.content) for one in turns)
            > self._limits.characters
        ):  # fmt: skip
            turns = turns[1:]
        return turns

    def _forget(self) -> None:
        """Let go of what is too old, and of the oldest of too many."""
        oldest = self._clock() - self._limits.seconds
        while self._held:
            first = next(iter(self._held.values()))
            if len(self._held) <= self._limits.conversations and first.used >= oldest:
                return
            self._held.popitem(last=False)


def _key(name: str) -> bytes:
    """What a conversation is found by: how long that takes says nothing about other ids."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()
