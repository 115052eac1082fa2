from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.registry.releases import verified as verified_release

from proofstone.interfaces.rest.app import create_app
from proofstone.registry.verify import VerifiedModel
from proofstone.serve.server import ModelServer


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


@pytest.fixture(scope="session")
def verified_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., VerifiedModel]:
    """The verified model of a release around `scorer(**options)`."""
    return lambda **options: verified_release(tmp_path_factory.mktemp("release"), **options)


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
