from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from proofstone.models.conversation import exchange
from proofstone.serve.chat.conversations import Conversations
from proofstone.serve.chat.limits import Keeping
from proofstone.serve.errors import NotServed, Overloaded


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


async def say(kept: Conversations, name: str, question: str, reply: str) -> str:
    async with kept.turn(name) as held:
        held.said((*held.turns, *exchange(question)), reply)
        assert held.id is not None
        return held.id


async def said(kept: Conversations, name: str) -> list[str]:
    async with kept.turn(name) as held:
        return [turn.content for turn in held.turns]


def test_a_conversation_goes_on_and_nobody_else_has_its_id() -> None:
    kept = Conversations()

    async def main() -> None:
        first = await say(kept, "new", "one?", "One.")
        other = await say(kept, "new", "secret?", "Secret.")
        assert len(first) == len(other) == 32
        assert first != other
        assert await say(kept, first, "two?", "Two.") == first
        assert await said(kept, first) == ["one?", "One.", "two?", "Two."]
        assert await said(kept, other) == ["secret?", "Secret."]
        for strange in ("", "x", first[:-1], first.swapcase(), "\ud800"):
            with pytest.raises(NotServed, match="no such conversation"):
                await said(kept, strange)

    run(main())


def test_without_an_id_nothing_is_kept_nor_when_nothing_was_said() -> None:
    kept = Conversations()

    async def main() -> None:
        async with kept.turn(None) as held:
            held.said(exchange("one?"), "One.")
            assert held.id is None
        with pytest.raises(RuntimeError):
            async with kept.turn("new"):
                raise RuntimeError
        async with kept.turn("new"):
            pass

    run(main())
    assert len(kept) == 0


def test_two_at_once_take_turns_and_too_many_are_refused() -> None:
    kept = Conversations(Keeping(queued=2))

    async def main() -> None:
        name = await say(kept, "new", "one?", "One.")
        inside, go = asyncio.Event(), asyncio.Event()

        async def slow() -> None:
            async with kept.turn(name) as held:
                inside.set()
                await go.wait()
                held.said((*held.turns, *exchange("two?")), "Two.")

        first = asyncio.ensure_future(slow())
        await inside.wait()
        second = asyncio.ensure_future(say(kept, name, "three?", "Three."))
        await asyncio.sleep(0)
        assert not second.done()
        with pytest.raises(Overloaded):
            await said(kept, name)
        go.set()
        await asyncio.gather(first, second)
        assert await said(kept, name) == ["one?", "One.", "two?", "Two.", "three?", "Three."]

    run(main())


def test_what_is_old_or_too_much_is_forgotten() -> None:
    clock = Clock()
    kept = Conversations(Keeping(conversations=2, seconds=10, turns=4, characters=30), clock)

    async def main() -> None:
        first = await say(kept, "new", "one?", "One.")
        clock.now = 9
        second = await say(kept, "new", "two?", "Two.")
        clock.now = 11
        with pytest.raises(NotServed):
            await said(kept, first)
        third = await say(kept, "new", "three?", "Three.")
        await say(kept, second, "four?", "Four.")
        await say(kept, "new", "five?", "Five.")
        assert len(kept) == 2
        with pytest.raises(NotServed):
            await said(kept, third)
        await say(kept, second, "six?", "Six.")
        assert await said(kept, second) == ["four?", "Four.", "six?", "Six."]
        await say(kept, second, "seven?", "A longer text now.")
        assert await said(kept, second) == ["seven?", "A longer text now."]

    run(main())
