"""A model that somebody else runs, behind an OpenAI-compatible endpoint (extra `text`)."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any, Literal, cast

import numpy as np

from proofstone.core.budget import Budget, OverBudget
from proofstone.core.canonical import digest_json
from proofstone.core.errors import InputError
from proofstone.models import fields
from proofstone.models.contract import Embed, Feature, Generate, Operation, Signature
from proofstone.models.conversation import MESSAGES, Conversation, read_rows, write
from proofstone.models.endpoint.address import Address
from proofstone.models.endpoint.errors import EndpointError
from proofstone.models.endpoint.transport import Patience, Transport
from proofstone.models.errors import RowError
from proofstone.models.generation import Completion, Finish, Piece, Usage
from proofstone.models.rows import Rows

TEXT = "text"
_A_TURN = 16
_CHAT = "chat/completions"
_SPEAKS = "see whether it is an OpenAI-compatible endpoint"


class RemoteModel:
    """A chat model, or an encoder (`kind`), that is asked over HTTP; `concurrency` at a time.

    `key` is the name of the environment variable that holds the key. Each call is first reserved
    in `budget`, at the most that it can take: a token for each byte, and `max_tokens`. `limit` is
    what the endpoint calls that number.

    What was answered before another row failed is kept: asking again asks only for the rest.

    Raises:
        InputError: the address cannot be used, or the variable is not set.
        MissingExtra: httpx is not installed.

    Not covered: whether the same model answers tomorrow under this name, and what the other side
    does with the questions. Two answers at temperature 0 may differ there.
    """

    by_origin = False

    def __init__(
        self,
        url: str,
        model: str,
        budget: Budget,
        *,
        key: str | None = None,
        kind: Literal["chat", "embedding"] = "chat",
        prefixes: tuple[str, str] = ("", ""),
        concurrency: int = 4,
        patience: Patience | None = None,
        largest: int = 8 << 20,
        proxy: str | None = None,
        socket: Path | None = None,
        limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens",
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._model, self._kind, self._prefixes = model, kind, prefixes
        self._url, self._limit = url, limit
        self.batch_size = concurrency
        self._transport = Transport(
            Address(url, key),
            budget,
            patience=patience or Patience(),
            concurrency=concurrency,
            largest=largest,
            proxy=proxy,
            socket=socket,
            wait=wait,
        )
        self._kept: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"RemoteModel({self._url!r}, {self._model!r})"

    @property
    def id(self) -> str:
        """Digest of address and name: all that is known of the model."""
        known = {"url": self._url, "model": self._model, "prefixes": list(self._prefixes)}
        return digest_json(known)

    @property
    def operations(self) -> frozenset[type[Operation]]:
        """`Generate` for a chat model, `Embed` for an encoder."""
        return frozenset({Generate} if self._kind == "chat" else {Embed})

    @property
    def signature(self) -> Signature:
        """One text input, `messages` (a conversation as JSON) or `text`; text comes out."""
        return Signature((Feature(MESSAGES if self._kind == "chat" else TEXT, "text"),), "text")

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        """Answer each row; `draw` is the seed, where the endpoint minds seeds.

        Raises:
            InputError: the model does not answer this operation.
            RowError: a row is refused, or its answer cannot be read; names the row.
            EndpointError: the endpoint cannot be reached, or refuses every question.
            OverBudget: not enough is left for the next row.
        """
        if type(operation) not in self.operations:
            raise InputError(
                f"{self._model}: does not answer {type(operation).__name__}",
                hint=f"it answers {', '.join(one.__name__ for one in self.operations)}",
            )
        places = [f"row {row}" for row in rows.origin.tolist()]
        if isinstance(operation, Embed):
            prefix = self._prefixes[operation.kind == "passage"]
            texts = [prefix + text for text in rows.frame[TEXT].to_list()]
            pairs = zip(texts, places, strict=True)
            found = self._each([(text, partial(self._embed, text, at)) for text, at in pairs])
            if len({len(vector) for vector in found}) > 1:
                raise EndpointError(f"{self._url}: vectors of several lengths", hint=_SPEAKS)
            return np.array(found, dtype=np.float32).reshape(len(rows), -1 if found else 0)
        chat = cast("Generate", operation)
        turns = read_rows(rows)
        questions = [
            (_key(chat, draw, one), partial(self.generate, one, chat, draw, place))
            for one, place in zip(turns, places, strict=True)
        ]
        return np.array([one.text for one in self._each(questions)], dtype=object)

    def partly(
        self, operation: Operation, rows: Rows, draw: int = 0
    ) -> tuple[np.ndarray, np.ndarray]:
        """Of questions that `answer` failed on: the places of those that were answered, the texts.

        Vectors are not kept so.
        """
        known: dict[int, str] = {}
        if isinstance(operation, Generate):
            held = (self._kept.get(_key(operation, draw, turns)) for turns in read_rows(rows))
            known = {place: one.text for place, one in enumerate(held) if one is not None}
        return np.array(list(known), dtype=np.int64), np.array(list(known.values()), dtype=object)

    def generate(
        self, turns: Conversation, operation: Generate, draw: int = 0, place: str = "answer"
    ) -> Completion:
        """Return the whole next turn; `place` begins messages.

        Raises:
            RowError, EndpointError, OverBudget: as for `answer`.
        """
        body, most = self._request(turns, operation, draw)
        reply = self._transport.post(_CHAT, body, place, most)
        with _protocol(place):
            choice = reply["choices"][0]
            text = choice["message"]["content"] or ""
            if not isinstance(text, str):
                raise TypeError("the content is no text")
            return Completion(text, _finish(choice), _usage(reply))

    def stream(
        self,
        turns: Conversation,
        operation: Generate,
        draw: int = 0,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Generator[Piece, None, None]:
        """Yield the next turn as it arrives; the last piece says why it ended and what it took.

        Where `cancelled` turns true (it is asked at each arrival), or the iterator is closed, the
        connection is closed, and no last piece comes.

        Raises:
            RowError, EndpointError, OverBudget: as for `answer`; also a stream that breaks off.
        """
        body, most = self._request(turns, operation, draw)
        asked = {**body, "stream": True, "stream_options": {"include_usage": True}}
        finish: Finish = "stop"
        usage = Usage(0, 0)
        with closing(self._transport.lines(_CHAT, asked, MESSAGES, most)) as events:
            for event in events:
                if cancelled():
                    return
                with _protocol(MESSAGES):
                    text, finish = _delta(event, finish)
                    usage = _usage(event) if event.get("usage") else usage
                if text:
                    yield Piece(text)
        yield Piece("", finish, usage)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def _request(
        self, turns: Conversation, operation: Generate, draw: int
    ) -> tuple[dict[str, Any], tuple[int, int]]:
        body: dict[str, Any] = {
            "model": self._model,
            "messages": [turn.to_json() for turn in turns],
            self._limit: operation.max_tokens,
            "temperature": operation.temperature,
        }
        if operation.stop:
            body["stop"] = list(operation.stop)
        if operation.temperature > 0:
            body["seed"] = draw
        most = sum(len(turn.content.encode("utf-8", "replace")) + _A_TURN for turn in turns)
        return body, (most + _A_TURN, operation.max_tokens)

    def _embed(self, text: str, place: str) -> np.ndarray:
        body = {"model": self._model, "input": text, "encoding_format": "float"}
        most = (len(text.encode("utf-8", "replace")) + _A_TURN, 0)
        reply = self._transport.post("embeddings", body, place, most)
        with _protocol(place):
            vector = fields.numbers(reply["data"][0]["embedding"], place)
            length = float(np.linalg.norm(vector))
            if vector.ndim != 1 or length == 0:
                raise ValueError("the vector has no direction")
            return vector / length

    def _each(self, questions: Sequence[tuple[str, Callable[[], Any]]]) -> list[Any]:
        """Ask side by side: nothing that is known by its key, and nothing after a fatal error."""
        hopeless = Event()

        def one(key: str, ask: Callable[[], Any]) -> Any:
            if key in self._kept or hopeless.is_set():
                return self._kept.get(key)
            try:
                answer = ask()
            except (EndpointError, OverBudget):
                hopeless.set()
                raise
            self._kept[key] = answer
            return answer

        with ThreadPoolExecutor(self.batch_size) as pool:
            futures = [pool.submit(one, *question) for question in questions]
        failures = [error for future in futures if (error := future.exception()) is not None]
        failures.sort(key=lambda error: isinstance(error, RowError))
        if failures:
            raise failures[0]
        for key, _ in questions:
            self._kept.pop(key, None)
        return [future.result() for future in futures]


def _key(operation: Generate, draw: int, turns: Conversation) -> str:
    return f"{operation!r} {draw} {write(turns)}"


@contextmanager
def _protocol(place: str) -> Iterator[None]:
    """Turn what is missing in an answer into an error that names `place`."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, InputError) as error:
        raise RowError(
            f"{place}: the answer is not as the protocol says: {error}", hint=_SPEAKS
        ) from error


def _delta(event: dict[str, Any], finish: Finish) -> tuple[str, Finish]:
    text = ""
    for choice in event["choices"]:
        text += choice["delta"].get("content") or ""
        finish = _finish(choice) if choice.get("finish_reason") else finish
    return text, finish


def _finish(choice: dict[str, Any]) -> Finish:
    return "length" if choice.get("finish_reason") == "length" else "stop"


def _usage(document: dict[str, Any]) -> Usage:
    """What the other side counted; zeros where it does not say."""
    counts = document.get("usage") or {}
    return Usage(*(int(counts.get(name, 0)) for name in ("prompt_tokens", "completion_tokens")))
