from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from proofstone.registry.register import sign_release
from proofstone.registry.verify import VerifiedModel, verify
from proofstone.vault.keys import SigningKey

PAGE = b"<!doctype html><title>report</title>"


@pytest.fixture(scope="session")
def made() -> SimpleNamespace:
    """The builders in `tests/registry/releases.py`."""
    path = Path(__file__).parents[1] / "registry/releases.py"
    return SimpleNamespace(**runpy.run_path(str(path)))


@pytest.fixture(scope="session")
def verified_model(
    made: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., VerifiedModel]:
    """Sign, write and verify a release around `scorer(**options)`."""
    key = SigningKey.generate()

    def verified(**options: object) -> VerifiedModel:
        files = made.release_files(made.scorer(**options))
        draft = sign_release(files, made.record_of(files), PAGE, key)
        directory = tmp_path_factory.mktemp("release")
        for name, data in draft.files.items():
            (directory / name).parent.mkdir(exist_ok=True)
            (directory / name).write_bytes(data)
        return verify(directory, key.public)

    return verified


@pytest.fixture(scope="session")
def verified(verified_model: Callable[..., VerifiedModel]) -> VerifiedModel:
    return verified_model()
