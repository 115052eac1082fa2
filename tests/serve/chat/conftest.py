from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.serve.chat.assistants import known_to, verified_assistant
from tests.serve.chat.scripted import Scripted, words_with

from proofstone.registry.verify import VerifiedModel
from proofstone.serve.chat.limits import ChatLimits
from proofstone.serve.chat.server import ChatServer
from proofstone.store.store import Store


@pytest.fixture(scope="session")
def extractive(tmp_path_factory: pytest.TempPathFactory) -> VerifiedModel:
    """An assistant that quotes."""
    return verified_assistant(tmp_path_factory.mktemp("extractive"))


@pytest.fixture
def store(tmp_path: Path, extractive: VerifiedModel) -> Iterator[Store]:
    """A ledger that knows the release."""
    store = Store(tmp_path)
    known_to(store, extractive)
    yield store
    store.close()


@pytest.fixture
def scripted() -> Scripted:
    """A generator that says what it is told to."""
    return Scripted()


@pytest.fixture
def server(extractive: VerifiedModel, store: Store, scripted: Scripted) -> Iterator[ChatServer]:
    """A server of one slot whose English answers are scripted."""
    limits = ChatLimits(slots=1, waiting=1)
    server = ChatServer(extractive, limits, outcomes=store.outcomes)
    words_with(server.assistant, scripted)
    yield server
    server.close()
