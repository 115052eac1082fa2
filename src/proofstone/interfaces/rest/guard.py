"""What surrounds every answer: known hosts only, safe headers, a log without contents."""

from __future__ import annotations

import logging
import time

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from proofstone.interfaces.rest.problems import problem

HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})

_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)

_log = logging.getLogger("proofstone.rest")


class Guard:
    """Wraps an application.

    Requests for a host name that is not this machine's are refused: a page elsewhere that has its
    name point to loopback (DNS rebinding) must not read answers. The log names method, operation,
    status and time, never a path's text or a body.

    Not covered: other users and programs of this machine, which reach loopback as well.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str] = HOSTS) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 0

        async def guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = {name for name, _ in message["headers"]}
                missing = [pair for pair in _HEADERS if pair[0] not in given]
                message = {**message, "headers": [*message["headers"], *missing]}
            await send(message)

        try:
            if _host(Headers(scope=scope).get("host", "")) in self._hosts:
                await self._app(scope, receive, guarded)
            else:
                hint = "ask for 127.0.0.1 or localhost"
                refusal = problem(421, "this host is not served here", code="host", hint=hint)
                await refusal(scope, receive, guarded)
        except Exception:
            # Starlette answers a defect, then raises it again: whoever logs that, logs contents.
            if not status:
                raise
        finally:
            name = getattr(scope.get("endpoint"), "__name__", "(no route)")
            took = 1000 * (time.perf_counter() - started)
            _log.info("%s %s %s %.1f ms", scope["method"], name, status, took)


def _host(header: str) -> str:
    """The host in a Host header, without its port.

    >>> _host("[::1]:8080"), _host("127.0.0.1:8080"), _host("localhost")
    ('::1', '127.0.0.1', 'localhost')
    """
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.partition(":")[0].lower()
