"""Answers as server-sent events (WHATWG HTML, section 9.2), and clients that go away."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from proofstone.core.errors import ProofstoneError
from proofstone.interfaces.rest.chat.problems import defect_document, error_document
from proofstone.interfaces.rest.problems import log_defect
from proofstone.serve.chat.answer import Answer, Chunks
from proofstone.serve.chat.request import Asked
from proofstone.serve.chat.server import ChatServer, new_id

Result = TypeVar("Result")


class ClientGone(Exception):
    """The client closed the connection before its answer was there."""


async def unless_gone(request: Request, work: Coroutine[Any, Any, Result]) -> Result:
    """Return what `work` does; when the client goes away first, `work` is cancelled.

    Raises:
        ClientGone: the client went away.
    """
    answer = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            raise ClientGone
        return answer.result()
    finally:
        answer.cancel()
        gone.cancel()


class Talk:
    """One answer on its way: its text comes through a queue, in parts, while a task makes it."""

    def __init__(self, server: ChatServer, asked: Asked) -> None:
        identity = new_id()
        self._chunks = Chunks(identity, int(time.time()), server.name, asked.usage)
        self._parts: asyncio.Queue[str | None] = asyncio.Queue()
        work = server.answer(asked, self._parts.put_nowait, identity)
        self._task: asyncio.Task[Answer] = asyncio.ensure_future(work)
        self._task.add_done_callback(self._ended)

    async def begin(self, request: Request) -> StreamingResponse:
        """Return the answer once its first part is there, so that errors before have a status.

        Raises:
            ProofstoneError: there is no answer.
            ClientGone: the client went away.
        """
        try:
            first = await unless_gone(request, self._parts.get())
            if first is None and not self._task.cancelled():
                self._task.result()
        except BaseException:
            self._task.cancel()
            raise
        return _Events(self._events(first), self._task)

    def _ended(self, task: asyncio.Task[Answer]) -> None:
        if not task.cancelled():
            task.exception()  # asked for, so that nobody logs it where the client has gone
        self._parts.put_nowait(None)

    async def _events(self, part: str | None) -> AsyncIterator[bytes]:
        yield _event(self._chunks.first())
        while part is not None:
            yield _event(self._chunks.text(part))
            part = await self._parts.get()
        try:
            ends: list[dict[str, Any]] = self._chunks.last(await self._task)
        except ProofstoneError as error:
            yield _event(error_document(error))
            return
        except Exception as error:
            log_defect(error)
            yield _event(defect_document())
            return
        for chunk in ends:
            yield _event(chunk)
        yield b"data: [DONE]\n\n"


class _Events(StreamingResponse):
    """A stream that gives its task up when it ends, however it ends."""

    def __init__(self, events: AsyncIterator[bytes], task: asyncio.Task[Answer]) -> None:
        super().__init__(events, 200, media_type="text/event-stream")
        self._task = task

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._task.cancel()


def _event(document: dict[str, Any]) -> bytes:
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return f"data: {text}\n\n".encode()


async def _gone(request: Request) -> None:
    """Return when the client has gone; its body was read before."""
    while (await request.receive())["type"] != "http.disconnect":
        continue
