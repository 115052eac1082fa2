"""Language models in GGUF files, run in process by llama.cpp (extra `text`)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator
from contextlib import closing
from functools import cached_property
from importlib import metadata
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from proofstone.core.canonical import digest_json
from proofstone.core.errors import InputError, VerificationError
from proofstone.core.extras import need
from proofstone.models.contract import Embed, Feature, Generate, Logprobs, Operation, Signature
from proofstone.models.control import apart, pattern
from proofstone.models.conversation import CONTINUATION, MESSAGES, Conversation, read_rows
from proofstone.models.generation import Completion, Piece, Usage
from proofstone.models.gguf_checks import LanguageModel, check_adapter, language_model
from proofstone.models.gguf_header import check_gguf
from proofstone.models.llama.engine import Engine, Loading
from proofstone.models.rows import Rows
from proofstone.models.sealed import Sealed

TEXT = "text"


class GgufModel:
    """A language model in a GGUF file: it answers `Generate` and `Logprobs`, or else `Embed`.

    `context` tokens are the most that a conversation and its answer may have; `parallel` answers
    are made side by side, by `threads` threads. `adapter` is a LoRA adapter (Hu et al., 2021) in a
    GGUF file of its own. A file that names a way of pooling holds an encoder: it answers `Embed`
    alone, and `prefixes` are what it wants before queries and passages.

    The chat template is the file's own; where `template` is given, its SHA-256 must be that. Names
    of control tokens in what people wrote, such as `<|im_end|>`, are taken apart by a zero-width
    space: only the template begins and ends turns.

    With one at a time and temperature 0, an answer depends on its conversation alone: nothing is
    kept from one to the next. With other threads or neighbours llama.cpp rounds otherwise, which
    moved a token of SmolLM2 in 4 bits by up to 0.2 nats; so both belong to `id`.

    Raises:
        InputError: `context`, `parallel` or `threads` is below 1.
        DataError: a file is not GGUF, not whole, or contradicts itself.
        VerificationError: the chat template is not the expected one.
        MissingExtra: llama.cpp is not installed.

    Not covered: a file that is opened by its path may be changed between its check and its use
    (open it by `of_bytes`). llama.cpp reads the file in this process, with its own defects.
    """

    by_origin = False
    batch_size = 1

    def __init__(
        self,
        weights: Path | Sealed,
        *,
        adapter: Path | Sealed | None = None,
        context: int = 2048,
        parallel: int = 1,
        threads: int = 1,
        template: str | None = None,
        prefixes: tuple[str, str] = ("", ""),
    ) -> None:
        need("xllamacpp", "text")
        if min(context, parallel, threads) < 1:
            raise InputError(
                f"{_name(weights)}: context {context}, parallel {parallel}, threads {threads}",
                hint="give each as a whole number from 1",
            )
        self._weights, self._adapter, self._prefixes = weights, adapter, prefixes
        self._settings = {"context": context, "parallel": parallel, "threads": threads}
        self._about = _read(weights)
        if adapter is not None:
            check_adapter(check_gguf(_path(adapter), _name(adapter)), _name(adapter))
        if template is not None and template != self.template_digest:
            raise VerificationError(
                f"{_name(weights)}: its chat template has the digest {self.template_digest}, "
                f"not {template}",
                hint="use the model that was assessed, or assess this one",
            )
        self._control = pattern(self._about.control_texts)
        self._lock = Lock()
        self._loaded: Engine | None = None

    @classmethod
    def of_bytes(
        cls, weights: bytes, *, name: str, adapter: bytes | None = None, **settings: Any
    ) -> GgufModel:
        """Open a model from bytes that were verified: nobody can change what llama.cpp then reads.

        `settings` are those of the constructor.

        Raises:
            InputError: the system has no sealed memory, or no room.
        """
        tuned = None if adapter is None else Sealed(adapter, f"the adapter of {name}")
        return cls(Sealed(weights, name), adapter=tuned, **settings)

    @property
    def operations(self) -> frozenset[type[Operation]]:
        """`Generate` and `Logprobs`; `Embed` for an encoder."""
        return frozenset({Embed} if self._about.pooling else {Generate, Logprobs})

    @property
    def signature(self) -> Signature:
        """One text input, `messages` (a conversation as JSON) or `text`; text comes out."""
        return Signature((Feature(TEXT if self._about.pooling else MESSAGES, "text"),), "text")

    @cached_property
    def id(self) -> str:
        """Digest of the files, the settings, and the version of llama.cpp's package."""
        adapter = None if self._adapter is None else _digest(_path(self._adapter))
        return digest_json(
            {
                "weights": _digest(_path(self._weights)),
                "adapter": adapter,
                "prefixes": list(self._prefixes),
                "xllamacpp": metadata.version("xllamacpp"),
                **self._settings,
            }
        )

    @property
    def template_digest(self) -> str:
        """SHA-256 of the chat template in the file."""
        return hashlib.sha256(self._about.template.encode("utf-8", "surrogateescape")).hexdigest()

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        """Answer each row; `draw` seeds the sampler where the temperature is not 0.

        Raises:
            InputError: the model does not answer this operation.
            RowError: a conversation cannot be read, does not fit the context, or has turns that
                the chat template refuses; names the row.
            DataError: llama.cpp does not know this kind of model, or refuses the adapter.
        """
        if type(operation) not in self.operations:
            raise InputError(
                f"{_name(self._weights)}: does not answer {type(operation).__name__}",
                hint=f"it answers {', '.join(sorted(one.__name__ for one in self.operations))}",
            )
        places = rows.origin.tolist()
        if isinstance(operation, Embed):
            return self._embed(operation, places, rows.frame[TEXT].to_list())
        conversations = read_rows(rows)
        if isinstance(operation, Generate):
            asked = zip(places, conversations, strict=True)
            said = [self.generate(turns, operation, draw, f"row {row}, ") for row, turns in asked]
            return np.array([one.text for one in said], dtype=object)
        held = zip(places, conversations, rows.frame[CONTINUATION].to_list(), strict=True)
        found = [self._log_probability(*one) for one in held]
        return np.array(found, dtype=np.float64).reshape(len(rows), 2)

    def generate(
        self, turns: Conversation, operation: Generate, draw: int = 0, place: str = ""
    ) -> Completion:
        """Return the whole next turn; `place` begins messages.

        Raises:
            RowError: as for `answer`.
        """
        if operation.max_tokens < 1:
            return Completion("", "length", Usage(0, 0))
        reply = self._engine.chat(self._request(turns, operation, draw), f"{place}{MESSAGES}")
        choice = reply["choices"][0]
        text = choice["message"]["content"] or ""
        return Completion(str(text), choice["finish_reason"], _usage(reply["usage"]))

    def stream(
        self,
        turns: Conversation,
        operation: Generate,
        draw: int = 0,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Generator[Piece, None, None]:
        """Yield the next turn as it is written; the last piece says why it ended and what it took.

        Where `cancelled` turns true, or the iterator is closed, llama.cpp stops: at the next token,
        or after the next 256 tokens of the prompt. Then no last piece comes.

        Raises:
            RowError: as for `answer`.
        """
        if operation.max_tokens < 1:
            yield Piece("", "length", Usage(0, 0))
            return
        finish = None
        request = self._request(turns, operation, draw)
        with closing(self._engine.stream(request, MESSAGES, cancelled)) as parts:
            for part in parts:
                for choice in part["choices"]:
                    finish = choice["finish_reason"] or finish
                    text = choice["delta"].get("content")
                    if text:
                        yield Piece(text)
                if part.get("usage"):
                    yield Piece("", finish, _usage(part["usage"]))

    def load(self) -> None:
        """Load the weights now, not with the first question.

        Raises:
            DataError: llama.cpp does not know this kind of model, or refuses the adapter.
        """
        _ = self._engine

    def close(self) -> None:
        """Give the memory back; the next question loads the weights again."""
        with self._lock:
            if self._loaded is not None:
                self._loaded.close()
            self._loaded = None

    def _request(self, turns: Conversation, operation: Generate, draw: int) -> dict[str, Any]:
        return {
            "messages": self._messages(turns),
            "max_tokens": operation.max_tokens,
            "temperature": operation.temperature,
            "stop": list(operation.stop),
            "seed": draw,
            "cache_prompt": False,
        }

    def _messages(self, turns: Conversation) -> list[dict[str, str]]:
        return [{"role": one.role, "content": apart(one.content, self._control)} for one in turns]

    def _log_probability(
        self, row: int, turns: Conversation, continuation: str
    ) -> tuple[float, float]:
        engine, place = self._engine, f"row {row}, {MESSAGES}"
        prompt, tokens = engine.prompt(self._messages(turns), place), engine.tokens(continuation)
        each = (
            engine.log_probability(prompt, tokens[:at], token, place)
            for at, token in enumerate(tokens)
        )
        return sum(each), len(tokens)

    def _embed(self, operation: Embed, places: list[int], texts: list[str]) -> np.ndarray:
        prefix = self._prefixes[operation.kind == "passage"]
        held = zip(places, texts, strict=True)
        found = [self._engine.embedding(prefix + text, f"row {row}, {TEXT}") for row, text in held]
        return np.array(found, dtype=np.float32).reshape(len(texts), self._about.dimensions)

    @property
    def _engine(self) -> Engine:
        with self._lock:
            if self._loaded is None:
                adapter = None if self._adapter is None else _path(self._adapter)
                about = self._about
                self._loaded = Engine(
                    Loading(
                        path=_path(self._weights),
                        name=_name(self._weights),
                        words=about.words,
                        pooling=about.pooling,
                        adapter=adapter,
                        **self._settings,
                    )
                )
            return self._loaded


def _read(weights: Path | Sealed) -> LanguageModel:
    return language_model(check_gguf(_path(weights), _name(weights)), _name(weights))


def _path(source: Path | Sealed) -> Path:
    return source.path if isinstance(source, Sealed) else source


def _name(source: Path | Sealed) -> str:
    return source.name if isinstance(source, Sealed) else str(source)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _usage(document: dict[str, Any]) -> Usage:
    return Usage(document["prompt_tokens"], document["completion_tokens"])
