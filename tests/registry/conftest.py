from __future__ import annotations

import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from proofstone.core.artifact import Draft
from proofstone.registry.register import register, sign_release
from proofstone.store.releases import ReleaseRow
from proofstone.store.store import Store
from proofstone.vault.keys import SigningKey

PAGE = b"<!doctype html><title>report</title>"
MODEL = {"model.json": b'{"format":1}', "weights.json": b"[1.5]"}


@pytest.fixture(scope="session")
def key() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture(scope="session")
def made() -> SimpleNamespace:
    """The builders in `releases.py`."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("releases.py"))))


@pytest.fixture(scope="session")
def draft(made: SimpleNamespace, key: SigningKey) -> Callable[..., Draft]:
    """A signed release; `gap=0.5` gives one whose gate is shut."""

    def sign(**changes: float) -> Draft:
        files = made.release_files(MODEL, **changes)
        return sign_release(files, made.record_of(files), PAGE, key)

    return sign


@pytest.fixture
def directory(draft: Callable[..., Draft], tmp_path: Path) -> Path:
    """A signed release whose gates are open, on disk."""
    return write(draft(), tmp_path / "loans")


@pytest.fixture
def shut(draft: Callable[..., Draft], tmp_path: Path) -> Path:
    """A signed release with one gate shut, on disk."""
    return write(draft(gap=0.5), tmp_path / "shut")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store")
    yield store
    store.close()


@pytest.fixture
def enter(store: Store, made: SimpleNamespace, key: SigningKey) -> Callable[..., ReleaseRow]:
    """Register a release in the store."""

    def take_in(**changes: float) -> ReleaseRow:
        files = made.release_files(MODEL, **changes)
        return register(store, files, made.record_of(files), PAGE, key)

    return take_in


def write(draft: Draft, directory: Path) -> Path:
    for name, data in draft.files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        assert isinstance(data, bytes)
        path.write_bytes(data)
    return directory
