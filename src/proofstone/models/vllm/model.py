"""Chat models in folders of safetensors, run by vLLM (a GPU, or its build for CPUs)."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

import numpy as np

from proofstone.core.budget import Spending
from proofstone.core.canonical import digest_json
from proofstone.core.errors import InputError, MissingTool, VerificationError
from proofstone.models.contract import Feature, Generate, Logprobs, Operation, Signature
from proofstone.models.control import apart, pattern
from proofstone.models.conversation import CONTINUATION, MESSAGES, Conversation, Turn, read_rows
from proofstone.models.endpoint.remote import RemoteModel
from proofstone.models.generation import Completion, Piece, Usage
from proofstone.models.rows import Rows
from proofstone.models.sealed import Sealed
from proofstone.models.vllm.folder import chat_folder
from proofstone.models.vllm.scoring import Scorer
from proofstone.models.vllm.service import NAME, PATIENCE, URL, Ended, Loading, Service

_INSTALL = "install vllm in an environment of its own, and set PROOFSTONE_VLLM to its program"


@dataclass(frozen=True)
class _Running:
    service: Service
    remote: RemoteModel
    scorer: Scorer

    def close(self) -> None:
        self.remote.close()
        self.scorer.close()
        self.service.close()


class VllmModel:
    """A chat model that vLLM serves to this process alone: `Generate` and `Logprobs`.

    `files` (name -> bytes, which were verified) are a folder's: safetensors, configuration,
    tokenizer and chat template. `context` tokens are the most that a conversation and its answer
    may have; `parallel` answers are made side by side. `program` is vLLM's command. The chat
    template is the folder's own; where `template` is given, its SHA-256 must be that. Names of
    control tokens in what people wrote are taken apart, as for `GgufModel`.

    The server starts with the first question, in a process and an environment of its own. Where it
    has ended by itself, the next question says so, and the one after that starts it again.

    Raises:
        InputError: `context` or `parallel` is below 1, or there is no sealed memory or no room.
        DataError: the folder is not whole.
        VerificationError: the chat template is not the expected one.
        MissingTool: vLLM is not installed.

    Not covered: vLLM and the libraries in its environment, which are not part of a release. Its
    answers at temperature 0 may differ by rounding with the number of neighbours in a batch, and
    from one device to another.
    """

    by_origin = False

    def __init__(
        self,
        files: Mapping[str, bytes],
        *,
        name: str,
        program: str = "vllm",
        context: int = 2048,
        parallel: int = 1,
        template: str | None = None,
    ) -> None:
        if min(context, parallel) < 1:
            raise InputError(
                f"{name}: context {context}, parallel {parallel}",
                hint="give each as a whole number from 1",
            )
        about = chat_folder(files, name)
        if template is not None and template != about.template_digest:
            raise VerificationError(
                f"{name}: its chat template has the digest {about.template_digest}, not {template}",
                hint="use the model that was assessed, or assess this one",
            )
        command = shutil.which(program)
        if command is None:
            raise MissingTool(program, _INSTALL)
        self.batch_size = parallel
        self.template_digest = about.template_digest
        sealed = tuple(Sealed(data, part) for part, data in files.items())
        self._loading = Loading(sealed, about.template, name, command, context, parallel)
        self._control = pattern(about.control_texts)
        self._lock = Lock()
        self._running: _Running | None = None

    @property
    def operations(self) -> frozenset[type[Operation]]:
        """`Generate` and `Logprobs`."""
        return frozenset({Generate, Logprobs})

    @property
    def signature(self) -> Signature:
        """One text input, `messages` (a conversation as JSON); text comes out."""
        return Signature((Feature(MESSAGES, "text"),), "text")

    @cached_property
    def id(self) -> str:
        """Digest of the files, the settings, and the version that the server says it is."""
        with self._serving() as running:
            version = running.service.version
        return digest_json(
            {
                "files": {one.name: _digest(one) for one in self._loading.files},
                "context": self._loading.context,
                "parallel": self._loading.parallel,
                "vllm": version,
            }
        )

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        """Answer each row; `draw` seeds the sampler where the temperature is not 0.

        Raises:
            InputError: the model does not answer this operation.
            RowError: a conversation cannot be read or does not fit; names the row.
            DataError: vLLM cannot serve the model, or has ended.
            EndpointError: vLLM does not answer in ten minutes.
        """
        if type(operation) not in self.operations:
            raise InputError(
                f"{self._loading.name}: does not answer {type(operation).__name__}",
                hint="it answers Generate, Logprobs",
            )
        places = [f"row {row}, {MESSAGES}" for row in rows.origin.tolist()]
        turns = read_rows(rows)
        with ThreadPoolExecutor(self.batch_size) as pool:
            if isinstance(operation, Generate):
                said = pool.map(
                    lambda one, place: self.generate(one, operation, draw, place), turns, places
                )
                return np.array([one.text for one in said], dtype=object)
            found = [*pool.map(self._score, turns, rows.frame[CONTINUATION].to_list(), places)]
            return np.array(found, dtype=np.float64).reshape(len(rows), 2)

    def generate(
        self, turns: Conversation, operation: Generate, draw: int = 0, place: str = "answer"
    ) -> Completion:
        """Return the whole next turn; `place` begins messages.

        Raises:
            RowError: the conversation does not fit the context, or the template refuses it.
            DataError, EndpointError: as for `answer`.
        """
        if operation.max_tokens < 1:
            return Completion("", "length", Usage(0, 0))
        with self._serving() as running:
            return running.remote.generate(self._plain(turns), operation, draw, place)

    def stream(
        self,
        turns: Conversation,
        operation: Generate,
        draw: int = 0,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Generator[Piece, None, None]:
        """Yield the next turn as it is written; as `RemoteModel.stream`.

        Raises:
            RowError: as for `generate`, or the stream breaks off.
            DataError, EndpointError: as for `answer`.
        """
        if operation.max_tokens < 1:
            yield Piece("", "length", Usage(0, 0))
            return
        with self._serving() as running:
            yield from running.remote.stream(self._plain(turns), operation, draw, cancelled)

    def close(self) -> None:
        """End the server; the next question starts it again."""
        with self._lock:
            if self._running is not None:
                self._running.close()
            self._running = None

    def _score(self, turns: Conversation, continuation: str, place: str) -> tuple[float, int]:
        with self._serving() as running:
            return running.scorer.score(self._plain(turns), continuation, place)

    def _plain(self, turns: Conversation) -> Conversation:
        return tuple(Turn(one.role, apart(one.content, self._control)) for one in turns)

    @contextmanager
    def _serving(self) -> Iterator[_Running]:
        """The running server; an error says so where it has ended by itself."""
        with self._lock:
            running = self._running = self._running or self._started()
        try:
            running.service.check()
            yield running
        except Ended:
            self._forget(running)
            raise

    def _started(self) -> _Running:
        service, parallel = Service(self._loading), self.batch_size
        remote = RemoteModel(
            f"{URL}/v1",
            NAME,
            Spending(),
            concurrency=parallel,
            patience=PATIENCE,
            socket=service.socket,
            wait=service.wait,
        )
        return _Running(service, remote, Scorer(service, self._control, parallel))

    def _forget(self, running: _Running) -> None:
        with self._lock:
            running.close()
            if self._running is running:
                self._running = None


def _digest(file: Sealed) -> str:
    with file.path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
