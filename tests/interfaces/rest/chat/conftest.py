from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import uvicorn
from tests.serve.chat.assistants import known_to, verified_assistant

from proofstone.interfaces.rest.chat.app import create_chat_app
from proofstone.interfaces.rest.server import listen
from proofstone.registry.verify import VerifiedModel
from proofstone.serve.chat.limits import ChatLimits
from proofstone.serve.chat.server import ChatServer
from proofstone.store.store import Store


@dataclass(frozen=True)
class Running:
    """A server on loopback in this process, and its address."""

    server: ChatServer
    address: str
    store: Store

    @property
    def base(self) -> str:
        """The address that a client of the protocol wants."""
        return f"{self.address}/v1"

    @property
    def recorded(self) -> int:
        """How many turns the ledger knows of."""
        release = self.server.verified.release
        return sum(one.number for one in self.store.outcomes.counts(release))


@contextmanager
def running(server: ChatServer, store: Store) -> Iterator[Running]:
    """Serve `server` from a thread."""
    with listen("127.0.0.1", 0) as listening:
        config = uvicorn.Config(
            create_chat_app(server), access_log=False, log_config=None, lifespan="on"
        )
        web = uvicorn.Server(config)
        thread = threading.Thread(target=web.run, kwargs={"sockets": [listening]})
        thread.start()
        yield Running(server, f"http://127.0.0.1:{listening.getsockname()[1]}", store)
        web.should_exit = True
        thread.join()


@contextmanager
def serving(
    verified: VerifiedModel, limits: ChatLimits, folder: pytest.TempPathFactory
) -> Iterator[Running]:
    store = Store(folder.mktemp("ledger"))
    known_to(store, verified)
    with running(ChatServer(verified, limits, outcomes=store.outcomes), store) as found:
        yield found
    store.close()


@pytest.fixture(scope="session")
def extractive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An assistant that quotes, served."""
    verified = verified_assistant(tmp_path_factory.mktemp("extractive"))
    limits = ChatLimits(slots=2, turns=6)
    with serving(verified, limits, tmp_path_factory) as found:
        yield found


@pytest.fixture(scope="session")
def worded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An assistant whose English answers SmolLM2 words, one at a time, served."""
    verified = verified_assistant(tmp_path_factory.mktemp("worded"), generator=True)
    limits = ChatLimits(slots=1)
    with serving(verified, limits, tmp_path_factory) as found:
        yield found
