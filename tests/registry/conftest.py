from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.registry.releases import PAGE, record_of, release_files, signed, write

from proofstone.registry.register import register
from proofstone.store.releases import ReleaseRow
from proofstone.store.store import Store
from proofstone.vault.keys import SigningKey

MODEL = {"model.json": b'{"format":1}', "weights.json": b"[1.5]"}


@pytest.fixture(scope="session")
def key() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture
def directory(key: SigningKey, tmp_path: Path) -> Path:
    """A signed release whose gates are open, on disk."""
    return write(signed(MODEL, key), tmp_path / "loans")


@pytest.fixture
def shut(key: SigningKey, tmp_path: Path) -> Path:
    """A signed release with one gate shut, on disk."""
    return write(signed(MODEL, key, gap=0.5), tmp_path / "shut")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store")
    yield store
    store.close()


@pytest.fixture
def enter(store: Store, key: SigningKey) -> Callable[..., ReleaseRow]:
    """Register a release in the store; `gap=0.5` shuts a gate."""

    def take_in(**changes: float) -> ReleaseRow:
        files = release_files(MODEL, **changes)
        return register(store, files, record_of(files), PAGE, key)

    return take_in
