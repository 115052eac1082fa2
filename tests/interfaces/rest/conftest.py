from __future__ import annotations

import asyncio
import runpy
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from proofstone.interfaces.rest.app import create_app
from proofstone.registry.register import sign_release
from proofstone.registry.verify import VerifiedModel, verify
from proofstone.serve.server import ModelServer
from proofstone.vault.keys import SigningKey


class Client:
    """Asks an application in this process, one request after the other."""

    def __init__(self, app: Any, base: str = "http://127.0.0.1:8080") -> None:
        self._app = app
        self._base = base

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url=self._base) as client:
                return await client.request(method, path, **more)

        return asyncio.run(ask())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.request("POST", path, **more)


PAGE = b"<!doctype html><title>report</title>"


@pytest.fixture(scope="session")
def made() -> SimpleNamespace:
    """The builders in `tests/registry/releases.py`."""
    path = Path(__file__).parents[2] / "registry/releases.py"
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


@pytest.fixture
def server(verified: VerifiedModel) -> ModelServer:
    return ModelServer(verified)


@pytest.fixture
def client(server: ModelServer) -> Client:
    return Client(create_app(server))


@pytest.fixture
def client_of() -> Callable[[ModelServer], Client]:
    """A client of another server."""
    return lambda server: Client(create_app(server))
