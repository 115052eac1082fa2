"""Requests to an endpoint: bounded, tried again where that helps, within a deadline."""

from __future__ import annotations

import json
import random
import time
import weakref
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from proofstone.core.budget import Budget, Reservation
from proofstone.core.extras import need
from proofstone.models.endpoint.address import Address
from proofstone.models.endpoint.errors import EndpointError
from proofstone.models.errors import RowError

_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_OF_THE_ROW = frozenset({400, 413, 422})
_HEADERS = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
_SHOWN = 300

SPEAKS_OPENAI = "see whether it is an OpenAI-compatible endpoint, and its address ends in /v1"


@dataclass(frozen=True)
class Patience:
    """How long and how often to try, in seconds.

    Between two attempts lies a time drawn evenly from 0 to `base` * 2^n, at most `cap`
    (exponential back-off with full jitter: Brooker, 2015), and no less than the other side's
    `Retry-After` (RFC 9110, 2022). `deadline` is for all attempts at one question together; the
    last of them may fall silent for as long again.
    """

    attempts: int = 5
    deadline: float = 120.0
    base: float = 0.5
    cap: float = 30.0

    def pause(self, attempt: int, least: float, draw: Callable[[], float]) -> float:
        """Return how long to wait after attempt number `attempt`, from 0; `draw` is in [0, 1)."""
        return max(least, draw() * min(self.cap, self.base * 2.0**attempt))


class _Fleeting(Exception):
    """It may work the next time, in `after` seconds at the earliest."""

    def __init__(self, why: str, after: float = 0.0) -> None:
        super().__init__(why)
        self.after = after


class Transport:
    """Sends requests to one endpoint, from several threads at once.

    Redirects are refused, certificates are checked, and no proxy is used unless `proxy` names
    one. An answer of more than `largest` bytes is not read to its end. `socket` is that of a server
    on this machine, which is then asked instead of the address. `speaks` is the hint where an
    answer is none of the protocol's.

    Raises:
        MissingExtra: httpx is not installed.
    """

    def __init__(
        self,
        address: Address,
        budget: Budget,
        *,
        patience: Patience,
        concurrency: int,
        largest: int = 8 << 20,
        proxy: str | None = None,
        socket: Path | None = None,
        wait: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        speaks: str = SPEAKS_OPENAI,
    ) -> None:
        self._http = need("httpx", "text")
        self._speaks = speaks
        self._address, self._budget, self._patience = address, budget, patience
        self._largest, self._wait, self._clock = largest, wait, clock
        self._draw = random.SystemRandom().random
        limits = self._http.Limits(max_connections=concurrency)
        way = None
        if socket is not None:
            way = self._http.HTTPTransport(uds=str(socket), limits=limits)
        self._client = self._http.Client(
            trust_env=False, follow_redirects=False, proxy=proxy, limits=limits, transport=way
        )
        self._close = weakref.finalize(self, self._client.close)

    def post(
        self,
        name: str,
        body: Mapping[str, Any],
        place: str,
        tokens: tuple[int, int],
        *,
        rows: int = 0,
    ) -> dict[str, Any]:
        """Return the JSON object that the endpoint answers; `tokens` are the most it can take.

        `rows` is how many rows of a table are asked.

        Raises:
            RowError: the answer is no JSON object, is too long, or this question is refused.
            EndpointError: it cannot be reached in time, or refuses every question.
            OverBudget: there is not enough left for another attempt.
        """
        return self._whole(name, body, place, tokens, rows)

    def get(self, name: str, place: str) -> dict[str, Any]:
        """Return the JSON object that the endpoint has under a name, without a question.

        Raises:
            RowError, EndpointError, OverBudget: as `post`.
        """
        return self._whole(name, None, place, (0, 0))

    def _whole(
        self,
        name: str,
        body: Mapping[str, Any] | None,
        place: str,
        tokens: tuple[int, int],
        rows: int = 0,
    ) -> dict[str, Any]:
        """Send until there is an answer, or no hope of any."""
        until = self._clock() + self._patience.deadline
        attempt = 0
        while True:
            reservation = self._budget.reserve(*tokens, rows=rows)
            try:
                with self._sent(name, body, place, until, reservation) as chunks:
                    content = b"".join(chunks)
                document = _document(content, place, self._speaks)
            except _Fleeting as error:
                reservation.keep()
                self._pause(attempt, error, until)
                attempt += 1
            except BaseException:
                reservation.keep()
                raise
            else:
                _settle(reservation, document)
                return document

    def lines(
        self, name: str, body: Mapping[str, Any], place: str, tokens: tuple[int, int]
    ) -> Generator[dict[str, Any], None, None]:
        """Yield the events of a stream; it is not tried again once the first has come.

        Raises:
            RowError: an event is no JSON object, or the stream breaks off; otherwise as `post`.
        """
        until = self._clock() + self._patience.deadline
        attempt = 0
        while True:
            reservation = self._budget.reserve(*tokens)
            begun = False
            try:
                with self._sent(name, body, place, until, reservation) as chunks:
                    for event in _events(chunks, place, self._speaks):
                        begun = True
                        if event.get("usage"):
                            _settle(reservation, event)
                        yield event
                return
            except _Fleeting as error:
                if begun:
                    hint = "ask again"
                    raise RowError(f"{place}: the stream broke off: {error}", hint=hint) from error
                self._pause(attempt, error, until)
                attempt += 1
            finally:
                reservation.keep()

    def close(self) -> None:
        """Close the connections."""
        self._close()

    @contextmanager
    def _sent(
        self,
        name: str,
        body: Mapping[str, Any] | None,
        place: str,
        until: float,
        reservation: Reservation,
    ) -> Iterator[Iterator[bytes]]:
        """Send a request; give what comes back, in pieces."""
        left = max(0.001, until - self._clock())
        content = b""
        if body is not None:
            content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        try:
            with self._client.stream(
                "GET" if body is None else "POST",
                self._address.path(name),
                content=content,
                headers={**_HEADERS, **self._address.headers()},
                timeout=self._http.Timeout(left),
            ) as response:
                if response.status_code != 200:
                    reservation.release()
                    said = b"".join(self._bounded(response, place, until))
                    raise self._refusal(response, said, place)
                yield self._bounded(response, place, until)
        except self._http.ConnectError as error:
            reservation.release()
            raise _Fleeting(f"it cannot be reached: {error}") from error
        except self._http.TransportError as error:
            reservation.keep()
            raise _Fleeting(str(error) or type(error).__name__) from error

    def _bounded(self, response: Any, place: str, until: float) -> Iterator[bytes]:
        size = 0
        for chunk in response.iter_raw():
            size += len(chunk)
            if size > self._largest:
                hint = "ask for fewer tokens, or see what answers there"
                raise RowError(f"{place}: the answer has over {self._largest} bytes", hint=hint)
            if self._clock() > until:
                raise _Fleeting("the answer did not end in time")
            yield chunk

    def _refusal(self, response: Any, said: bytes, place: str) -> Exception:
        status = int(response.status_code)
        why = self._address.hidden(f"{status} {_reason(said)}".strip())
        if status in _AGAIN:
            return _Fleeting(why, _retry_after(response.headers.get("Retry-After")))
        if status in _OF_THE_ROW:
            return RowError(f"{place}: {self._address.url} refuses it: {why}", hint="change it")
        hint = {401: "check the key", 403: "check the key", 404: "check address and model"}
        redirect = "give the address that it leads to"
        return EndpointError(
            f"{self._address.url}: {why}",
            hint=redirect if 300 <= status < 400 else hint.get(status, "check the endpoint"),
        )

    def _pause(self, attempt: int, error: _Fleeting, until: float) -> None:
        pause = self._patience.pause(attempt, error.after, self._draw)
        last = attempt + 1 >= self._patience.attempts
        if last or self._clock() + pause > until:
            tried = f"{attempt + 1} attempt{'s' * (attempt > 0)}"
            raise EndpointError(
                f"{self._address.url}: no answer after {tried}: {error}",
                hint="try later, or give it more time: what was answered is kept",
            ) from error
        self._wait(pause)


def _settle(reservation: Reservation, document: Mapping[str, Any]) -> None:
    usage = document.get("usage")
    counts = usage if isinstance(usage, dict) else {}
    read, written = counts.get("prompt_tokens"), counts.get("completion_tokens", 0)
    if isinstance(read, int) and isinstance(written, int) and min(read, written) >= 0:
        reservation.settle(read, written)
    else:
        reservation.keep()


def _document(content: bytes, place: str, hint: str) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        shown = content[:40].decode("utf-8", "replace")
        raise RowError(f"{place}: the answer is no JSON: {shown!r}", hint=hint) from error
    if not isinstance(document, dict):
        raise RowError(f"{place}: the answer is no JSON object", hint=hint)
    return document


def _events(chunks: Iterator[bytes], place: str, hint: str) -> Iterator[dict[str, Any]]:
    """The JSON objects of server-sent events (WHATWG HTML, section 9.2), up to [DONE]."""
    held = b""
    for chunk in chunks:
        *lines, held = (held + chunk).split(b"\n")
        for line in lines:
            name, _, value = line.partition(b":")
            if name == b"data" and value.strip() == b"[DONE]":
                return
            if name == b"data":
                yield _document(value, place, hint)
    raise _Fleeting("it ended without [DONE]")


def _reason(said: bytes) -> str:
    """What an error document says, or the beginning of whatever came instead."""
    try:
        document = json.loads(said)
        error = document["error"]
        text = error["message"] if isinstance(error, dict) else error
    except (ValueError, RecursionError, KeyError, TypeError):
        text = said[:_SHOWN].decode("utf-8", "replace")
    return " ".join(str(text).split())[:_SHOWN]


def _retry_after(value: str | None) -> float:
    """Seconds, from a number or a date; 0 where it is neither."""
    if value is None:
        return 0.0
    if value.strip().isdecimal():
        return float(value)
    try:
        then = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    aware = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())
