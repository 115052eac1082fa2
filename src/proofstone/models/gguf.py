"""Chat models in GGUF files, run in process by llama.cpp (extra `text`)."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from proofstone.core.errors import DataError, InputError
from proofstone.core.extras import need
from proofstone.models.contract import Feature, Generate, Operation, Signature
from proofstone.models.errors import RowError
from proofstone.models.gguf_header import check_gguf
from proofstone.models.rows import Rows

_CHUNK = 1 << 20


class GgufModel:
    """A chat model: answers `Generate` for rows with a column `prompt`, one user turn each.

    The chat template is the file's own. One thread and no prompt cache: with temperature 0 an
    answer depends on its prompt alone.

    Raises:
        DataError: the file is not GGUF, not whole, or of a kind that llama.cpp does not know.
        MissingExtra: llama.cpp is not installed.

    Not covered: llama.cpp binds its own HTTP server to a free loopback port while the model is
    loaded; other users of the same machine can reach that port.
    """

    operations: frozenset[type[Operation]] = frozenset({Generate})
    by_origin = False
    batch_size = 1

    def __init__(self, path: Path, *, context: int = 2048) -> None:
        need("xllamacpp", "text")
        check_gguf(path)
        self._path = path
        self._context = context

    @cached_property
    def id(self) -> str:
        """SHA-256 of the file and the context length."""
        state = hashlib.sha256(f"{self._context}".encode())
        with self._path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                state.update(chunk)
        return state.hexdigest()

    @property
    def signature(self) -> Signature:
        """One text input, `prompt`; text comes out."""
        return Signature((Feature("prompt", "text"),), "text")

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        """Generate after each prompt; `draw` seeds the sampler when the temperature is not 0.

        Raises:
            InputError: the operation is not `Generate`.
            RowError: a prompt does not fit the context.
            DataError: llama.cpp does not know this kind of model.
        """
        if not isinstance(operation, Generate):
            raise InputError(f"a chat model does not answer {type(operation).__name__}")
        prompts = zip(rows.origin, rows.frame["prompt"].to_list(), strict=True)
        return np.array([self._generate(operation, *one, draw) for one in prompts], dtype=object)

    def _generate(self, operation: Generate, row: int, prompt: str, draw: int) -> str:
        reply = self._server.handle_chat_completions(
            {
                "messages": [{"role": "user", "content": prompt}],
                "max_tokens": operation.max_tokens,
                "temperature": operation.temperature,
                "seed": draw,
                "cache_prompt": False,
            }
        )
        if "choices" not in reply:
            why = reply.get("error", {}).get("message", reply)
            raise RowError(f"row {row}, prompt: {why}", hint="shorten the prompt")
        return str(reply["choices"][0]["message"]["content"])

    @cached_property
    def _server(self) -> Any:
        llama = need("xllamacpp", "text")
        settings = llama.CommonParams()
        settings.model.path = str(self._path)
        settings.n_ctx = self._context
        settings.n_parallel = 1
        settings.cpuparams.n_threads = 1
        settings.warmup = False
        settings.verbosity = 0
        try:
            return llama.Server(settings)
        except RuntimeError as error:
            raise DataError(
                f"{self._path}: llama.cpp cannot load this model",
                hint="it must be a chat model of a known architecture, with its tokenizer",
            ) from error
