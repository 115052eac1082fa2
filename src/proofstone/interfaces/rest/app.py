"""The routes: Open Inference Protocol v2, explanations, and their description."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from proofstone.core.errors import ProofstoneError
from proofstone.interfaces.rest.body import read_document
from proofstone.interfaces.rest.guard import HOSTS, Guard
from proofstone.interfaces.rest.openapi import describe
from proofstone.interfaces.rest.page import STYLE_POLICY, render
from proofstone.interfaces.rest.problems import (
    answer_defect,
    answer_error,
    answer_http,
    json_response,
)
from proofstone.serve.errors import NotServed
from proofstone.serve.protocol import columns_of, metadata, parse_request, respond
from proofstone.serve.server import ModelServer

EXTENSIONS = ["binary_tensor_data", "explain"]


class Door:
    """Answers requests about one model server."""

    def __init__(self, server: ModelServer) -> None:
        self._server = server
        self._openapi = describe(server.name, server.version, server.signature)

    async def about(self, request: Request) -> Response:
        """Server metadata."""
        document = {
            "name": "proofstone",
            "version": version("proofstone"),
            "extensions": EXTENSIONS,
        }
        return json_response(document)

    async def live(self, request: Request) -> Response:
        """Whether the server runs."""
        return json_response({"live": True})

    async def ready(self, request: Request) -> Response:
        """Whether the server answers; its model was opened before it started."""
        return json_response({"ready": True})

    async def model(self, request: Request) -> Response:
        """Model metadata."""
        self._require(request)
        server = self._server
        return json_response(metadata(server.name, server.version, server.signature))

    async def model_ready(self, request: Request) -> Response:
        """Whether the model answers."""
        self._require(request)
        return json_response({"name": self._server.name, "ready": True})

    async def infer(self, request: Request) -> Response:
        """Predictions."""
        self._require(request)
        server = self._server
        asked = parse_request(await read_document(request))
        predictions = await server.predict_columns(columns_of(asked, server.signature))
        answer = respond(asked, predictions, model=server.name, version=server.version)
        return json_response(answer.to_json())

    async def explain(self, request: Request) -> Response:
        """What each input added to each score."""
        self._require(request)
        server = self._server
        asked = parse_request(await read_document(request))
        explanation = await server.explain(columns_of(asked, server.signature))
        head = {"model_name": server.name, "model_version": server.version}
        if asked.id is not None:
            head["id"] = asked.id
        return json_response(head | explanation.to_json())

    async def openapi(self, request: Request) -> Response:
        """The description of all this, for programs."""
        return json_response(self._openapi)

    async def page(self, request: Request) -> Response:
        """The description of all this, for people."""
        headers = {"Content-Security-Policy": STYLE_POLICY}
        return Response(render(self._openapi), 200, headers, "text/html; charset=utf-8")

    def _require(self, request: Request) -> None:
        name = request.path_params["model"]
        wanted = request.path_params.get("version", self._server.version)
        if name != self._server.name:
            raise NotServed(
                "there is no such model here", hint=f"the model is called {self._server.name}"
            )
        if wanted not in (self._server.version, self._server.verified.release):
            raise NotServed(
                "there is no such version here", hint=f"the version is {self._server.version}"
            )


def create_app(server: ModelServer, *, hosts: frozenset[str] = HOSTS) -> ASGIApp:
    """Return the ASGI application that answers for `server` to requests for one of `hosts`."""
    door = Door(server)
    routes = []
    for base in ("/v2/models/{model}", "/v2/models/{model}/versions/{version}"):
        routes += [
            Route(f"{base}/infer", door.infer, methods=["POST"]),
            Route(f"{base}/explain", door.explain, methods=["POST"]),
            Route(base, door.model),
            Route(f"{base}/ready", door.model_ready),
        ]
    routes += [
        Route("/v2", door.about),
        Route("/v2/health/live", door.live),
        Route("/v2/health/ready", door.ready),
        Route("/openapi.json", door.openapi),
        Route("/docs", door.page),
    ]

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        server.close()

    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers={
            ProofstoneError: answer_error,
            HTTPException: answer_http,
            Exception: answer_defect,
        },
    )
    app.router.redirect_slashes = False
    return Guard(app, hosts)
