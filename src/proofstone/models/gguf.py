"""Chat models in GGUF files, run in process by llama.cpp (extra `text`)."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from proofstone.core.errors import DataError, ProofstoneError
from proofstone.core.extras import need
from proofstone.models.contract import Feature, Generate, Operation, Signature
from proofstone.models.rows import Rows

_MAGIC = b"GGUF"
_CHUNK = 1 << 20


class GgufModel:
    """A chat model: answers `Generate` for rows with a column `prompt`, one user turn each.

    The chat template is the file's own. One thread and no prompt cache: with temperature 0 an
    answer depends on its prompt alone.

    Raises:
        DataError: the file is not GGUF.
        MissingExtra: llama.cpp is not installed.

    Not covered: llama.cpp binds its own HTTP server to a free loopback port while the model is
    loaded; other users of the same machine can reach that port.
    """

    operations: frozenset[type[Operation]] = frozenset({Generate})
    by_origin = False
    batch_size = 1

    def __init__(self, path: Path, *, context: int = 2048) -> None:
        try:
            with path.open("rb") as file:
                magic = file.read(len(_MAGIC))
        except OSError as error:
            raise DataError(f"{path}: {error.strerror}", hint="name a GGUF file") from error
        if magic != _MAGIC:
            raise DataError(f"{path}: is not a GGUF file", hint="convert the model to GGUF first")
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
        """Generate after each prompt; `draw` seeds the sampler when the temperature is not 0."""
        assert isinstance(operation, Generate)
        prompts = rows.frame["prompt"].to_list()
        return np.array([self._generate(operation, text, draw) for text in prompts], dtype=object)

    def _generate(self, operation: Generate, prompt: str, draw: int) -> str:
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
            raise ProofstoneError(f"llama.cpp did not answer: {reply.get('error', reply)}")
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
        return llama.Server(settings)
