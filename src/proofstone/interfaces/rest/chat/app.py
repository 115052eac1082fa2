"""The routes of an assistant: models, chat completions, embeddings, feedback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from proofstone.core.errors import ProofstoneError
from proofstone.interfaces.rest.body import read_json
from proofstone.interfaces.rest.chat.openapi import describe
from proofstone.interfaces.rest.chat.problems import answer_defect, answer_error, answer_http
from proofstone.interfaces.rest.chat.stream import ClientGone, Talk, unless_gone
from proofstone.interfaces.rest.guard import HOSTS, Guard
from proofstone.interfaces.rest.page import STYLE_POLICY, render
from proofstone.interfaces.rest.problems import json_response
from proofstone.serve.chat.answer import model_card
from proofstone.serve.chat.server import ChatServer

LARGEST = 2 << 20
"""The most bytes that a body may have."""

_CLOSED = 499


class ChatDoor:
    """Answers requests about one assistant."""

    def __init__(self, server: ChatServer) -> None:
        self._server = server
        self._openapi = describe(server.name, server.version)

    async def models(self, request: Request) -> Response:
        """The list of models: this one."""
        return json_response({"object": "list", "data": [self._card()]})

    async def model(self, request: Request) -> Response:
        """The model, by its name."""
        self._server.require(request.path_params["model"])
        return json_response(self._card())

    async def complete(self, request: Request) -> Response:
        """A chat completion, whole or as a stream."""
        asked = self._server.parse(await read_json(request, LARGEST))
        if asked.stream:
            return await Talk(self._server, asked).begin(request)
        answer = await unless_gone(request, self._server.answer(asked))
        return json_response(answer.completion())

    async def embed(self, request: Request) -> Response:
        """Vectors of texts."""
        document = await read_json(request, LARGEST)
        return json_response(await unless_gone(request, self._server.embeddings(document)))

    async def feedback(self, request: Request) -> Response:
        """What a person thought of an answer."""
        return json_response(await self._server.feedback(await read_json(request, LARGEST)))

    async def live(self, request: Request) -> Response:
        """Whether the server runs."""
        return json_response({"live": True})

    async def ready(self, request: Request) -> Response:
        """Whether the server answers; its weights were loaded before it started."""
        return json_response({"ready": True})

    async def openapi(self, request: Request) -> Response:
        """The description of all this, for programs."""
        return json_response(self._openapi)

    async def page(self, request: Request) -> Response:
        """The description of all this, for people."""
        headers = {"Content-Security-Policy": STYLE_POLICY}
        return Response(render(self._openapi), 200, headers, "text/html; charset=utf-8")

    def _card(self) -> dict[str, object]:
        server = self._server
        return model_card(server.name, server.verified.release, server.created)


def create_chat_app(server: ChatServer, *, hosts: frozenset[str] = HOSTS) -> ASGIApp:
    """Return the ASGI application that answers for `server` to requests for one of `hosts`."""
    door = ChatDoor(server)
    routes = [
        Route("/v1/models", door.models),
        Route("/v1/models/{model}", door.model),
        Route("/v1/chat/completions", door.complete, methods=["POST"]),
        Route("/v1/embeddings", door.embed, methods=["POST"]),
        Route("/v1/feedback", door.feedback, methods=["POST"]),
        Route("/v2/health/live", door.live),
        Route("/v2/health/ready", door.ready),
        Route("/openapi.json", door.openapi),
        Route("/docs", door.page),
    ]

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(server.close)

    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers={
            ProofstoneError: answer_error,
            HTTPException: answer_http,
            ClientGone: _nobody,
            Exception: answer_defect,
        },
    )
    app.router.redirect_slashes = False
    return Guard(app, hosts)


def _nobody(request: Request, error: Exception) -> Response:
    """The answer that nobody reads; its status is for the log."""
    return Response(status_code=_CLOSED)
