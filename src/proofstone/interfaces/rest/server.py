"""Serving a verified model over HTTP, on a loopback address only."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from proofstone.core.errors import InputError
from proofstone.registry.verify import VerifiedModel

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from proofstone.store.outcomes import Outcomes

_BACKLOG = 1024


def serve(
    verified: VerifiedModel,
    *,
    host: str = "127.0.0.1",
    port: int = 8080,
    slots: int = 4,
    outcomes: Outcomes | None = None,
    ready: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve `verified` until interrupted; `ready` is told the address once it can be reached.

    A model of a table speaks the Open Inference Protocol, an assistant OpenAI's. `port` 0 takes a
    free one. `slots` conversations are answered side by side; `outcomes` takes down how they ended.

    Raises:
        InputError: `host` is not this machine's loopback, or the port is taken.

    Not covered: callers are not asked who they are, and nothing is encrypted; hence loopback.
    """
    import uvicorn

    with listen(host, port) as listening:
        config = uvicorn.Config(
            application(verified, host=host, slots=slots, outcomes=outcomes),
            access_log=False,
            server_header=False,
            log_config=None,
            lifespan="on",
            timeout_graceful_shutdown=5,
        )
        shown = f"[{host}]" if ":" in host else host
        ready(f"http://{shown}:{listening.getsockname()[1]}")
        try:
            uvicorn.Server(config).run(sockets=[listening])
        except KeyboardInterrupt:
            return


def application(
    verified: VerifiedModel, *, host: str, slots: int, outcomes: Outcomes | None
) -> ASGIApp:
    """Return the ASGI application for `verified`, whichever protocol it speaks; see `serve`."""
    from proofstone.interfaces.rest.guard import HOSTS

    hosts = HOSTS | {host.lower()}
    if verified.answers:
        from proofstone.interfaces.rest.chat.app import create_chat_app
        from proofstone.serve.chat.limits import ChatLimits
        from proofstone.serve.chat.server import ChatServer

        server = ChatServer(verified, ChatLimits(slots=slots), outcomes=outcomes)
        return create_chat_app(server, hosts=hosts)
    from proofstone.interfaces.rest.app import create_app
    from proofstone.serve.server import ModelServer

    return create_app(ModelServer(verified), hosts=hosts)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on a loopback address.

    Raises:
        InputError: `host` is another address, or the port cannot be had.
    """
    address = "127.0.0.1" if host.lower() == "localhost" else host
    try:
        loopback = ipaddress.ip_address(address).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise InputError(
            f"{host}: is not a loopback address, and nothing else is served to yet",
            hint="use 127.0.0.1; to reach it from elsewhere, forward the port over SSH",
        )
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # asyncio turns Nagle's delay off only where the protocol is named.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((address, port))
        listening.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listening.close()
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(
            f"{host}:{port}: cannot listen there: {why}", hint="name another port: --port 8081"
        ) from error
    return listening
