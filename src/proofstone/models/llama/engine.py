"""One loaded model of llama.cpp, through the package xllamacpp.

llama.cpp brings an HTTP server along whether or not it is wanted. It listens on a socket in a
folder that only this user may enter, asks for a random key, and is used here for what the package
does not offer otherwise: applying the chat template, and the tokens of a text.
"""

from __future__ import annotations

import http.client
import json
import secrets
import shutil
import socket
import tempfile
import weakref
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proofstone.core.errors import DataError, InputError
from proofstone.core.extras import need
from proofstone.models.errors import RowError
from proofstone.models.llama.flow import Report, flow

_LONGEST_SOCKET = 100
_BATCH = 256
_CERTAIN = 1e6
_LISTED = (1024, 8192)
_SMALLEST = -103.0
_SAMPLING = {"top_k": 40, "top_p": 0.95, "min_p": 0.05, "repeat_penalty": 1.0}


@dataclass(frozen=True)
class Loading:
    """What to load and how: `name` is for messages, `context` tokens are for each of `parallel`.

    `words` is the size of the vocabulary, `pooling` the number of llama.cpp's way to make one
    vector of a text, for models that embed.
    """

    path: Path
    name: str
    context: int
    parallel: int
    threads: int
    words: int
    adapter: Path | None = None
    pooling: int = 0


class Engine:
    """A model in memory. Its methods may be called from several threads at once.

    Raises:
        DataError: llama.cpp cannot load the model, or not with this adapter.
        MissingExtra: llama.cpp is not installed.
    """

    def __init__(self, loading: Loading) -> None:
        llama = need("xllamacpp", "text")
        self._words = loading.words
        folder = tempfile.mkdtemp(prefix="llama-")
        self._tidy = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._key = secrets.token_hex(16)
        self._socket = f"{folder}/llama.sock"
        if len(self._socket.encode()) > _LONGEST_SOCKET:
            self._tidy()
            hint = "set TMPDIR to a shorter path"
            raise InputError(f"{self._socket}: is too long for a socket", hint=hint)
        try:
            self._server = llama.Server(self._settings(llama, loading))
        except RuntimeError as error:
            self._tidy()
            what = f" with the adapter {loading.adapter.name}" if loading.adapter else ""
            raise DataError(
                f"{loading.name}: llama.cpp cannot load this model{what}",
                hint="it must be a chat model of a known architecture, with its tokenizer",
            ) from error
        # llama.cpp says that it is ready just before its loop begins to run, and a loop that is
        # told to end before it runs never ends: closed at once, it would hang. The loop itself
        # answers which adapters there are.
        self._ask("GET", "/lora-adapters")

    def _settings(self, llama: Any, loading: Loading) -> Any:
        settings = llama.CommonParams()
        settings.model.path = str(loading.path)
        settings.n_ctx = loading.context * loading.parallel
        settings.n_parallel = loading.parallel
        settings.n_batch = settings.n_ubatch = _BATCH
        settings.cpuparams.n_threads = loading.threads
        settings.cpuparams_batch.n_threads = loading.threads
        settings.warmup = settings.fit_params = settings.ui = settings.endpoint_slots = False
        settings.verbosity = settings.cache_ram_mib = 0
        settings.hostnames, settings.api_keys = [self._socket], [self._key]
        settings.prefill_assistant = False
        settings.force_pure_content_parser = True
        settings.reasoning_format = llama.common_reasoning_format.COMMON_REASONING_FORMAT_NONE
        if loading.adapter is not None:
            settings.lora_adapters = [llama.CommonAdapterLoraInfo(str(loading.adapter), 1.0)]
        if loading.pooling:
            settings.embedding = True
            settings.pooling_type = llama.llama_pooling_type(loading.pooling)
            settings.n_batch = settings.n_ubatch = loading.context
        return settings

    def chat(self, body: Mapping[str, Any], place: str) -> dict[str, Any]:
        """Answer a chat request; `place` is for messages.

        Raises:
            RowError: it does not fit the context, or the chat template refuses it.
        """
        with _refusals(place):
            reply = self._server.handle_chat_completions({**_SAMPLING, **body})
        return _checked(reply, place)

    def stream(
        self, body: Mapping[str, Any], place: str, cancelled: Callable[[], bool]
    ) -> Generator[dict[str, Any], None, None]:
        """Yield the parts of an answer as llama.cpp makes them.

        Where `cancelled` turns true or the iterator is closed, llama.cpp stops at the next token,
        or after the next 256 tokens of the prompt, and its slot is free.

        Raises:
            RowError: as for `chat`.
        """
        request = {**_SAMPLING, **body, "stream": True, "return_progress": True}
        request["stream_options"] = {"include_usage": True}

        def run(report: Report[dict[str, Any]]) -> None:
            with _refusals(place):
                self._server.handle_chat_completions(request, report)

        with closing(flow(run, cancelled)) as reports:
            for one in reports:
                yield _checked(one, place)

    def log_probability(self, prompt: str, before: Sequence[int], token: int, place: str) -> float:
        """Return the log-probability (nats) of `token` after `prompt` and the tokens `before`.

        It is that of the model alone, before sampling. llama.cpp reckons in float32: what is less
        likely than exp(-103) counts as that.

        Raises:
            RowError: they do not fit the context.
        """
        said = self._after(prompt, before, token, 1, place)
        found = said[0]["logprob"] if said else self._listed(prompt, before, token, place)
        return max(float(found), _SMALLEST)

    def _listed(self, prompt: str, before: Sequence[int], token: int, place: str) -> float:
        """The same for a part of a character: llama.cpp says nothing of one that it just made.

        So it makes a whole one, and the part is looked up among the likeliest alternatives.
        """
        whole = self.tokens("a")[0]
        for number in (*_LISTED, self._words):
            (said,) = self._after(prompt, before, whole, number, place)
            for one in said["top_logprobs"]:
                if one["id"] == token:
                    return float(one["logprob"])
        return _SMALLEST

    def _after(
        self, prompt: str, before: Sequence[int], token: int, number: int, place: str
    ) -> list[dict[str, Any]]:
        """Make the model say `token` next; return how likely that was, with `number` others."""
        body = {
            "prompt": [prompt, *before] if before else prompt,
            "max_tokens": 1,
            "temperature": 0,
            "logprobs": number,
            "logit_bias": [[token, _CERTAIN]],
            "cache_prompt": bool(before),
        }
        with _refusals(place):
            reply = _checked(self._server.handle_completions(body), place)
        said = (reply["choices"][0]["logprobs"] or {}).get("content") or ()
        return [one for one in said if one["id"] == token]

    def embedding(self, text: str, place: str) -> list[float]:
        """Return the unit vector of a text.

        Raises:
            RowError: it does not fit the context.
        """
        with _refusals(place):
            reply = _checked(self._server.handle_embeddings({"input": text}), place)
        return list(reply["data"][0]["embedding"])

    def prompt(self, messages: Sequence[Mapping[str, str]], place: str) -> str:
        """Return the text that the chat template makes of a conversation.

        Raises:
            RowError: the chat template refuses it.
        """
        return str(self._post("/apply-template", {"messages": list(messages)}, place)["prompt"])

    def tokens(self, text: str) -> list[int]:
        """Return the tokens of a text; names of control tokens in it are plain text."""
        body = {"content": text, "add_special": False, "parse_special": False}
        return list(self._post("/tokenize", body, "tokens")["tokens"])

    def close(self) -> None:
        """Give the memory back. Answers under way end first."""
        del self._server
        self._tidy()

    def _post(self, path: str, body: Mapping[str, Any], place: str) -> dict[str, Any]:
        return _checked(self._ask("POST", path, json.dumps(body)), place)

    def _ask(self, method: str, path: str, body: str | None = None) -> Any:
        connection = _Local(self._socket)
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, body, headers)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


@contextmanager
def _refusals(place: str) -> Iterator[None]:
    """Turn what llama.cpp throws at a request into an error that names `place`."""
    try:
        yield
    except (RuntimeError, ValueError) as error:
        raise _refused(str(error), place) from error


def _checked(reply: dict[str, Any], place: str) -> dict[str, Any]:
    error = reply.get("error")
    if error is None:
        return reply
    if "n_prompt_tokens" in error:
        raise RowError(
            f"{place}: has {error['n_prompt_tokens']} tokens, and {error['n_ctx']} are the most",
            hint="shorten it, or open the model with a larger context",
        )
    raise _refused(str(error.get("message", error)), place)


def _refused(why: str, place: str) -> RowError:
    """llama.cpp shows a template's source first and says what is wrong in the last line."""
    lines = [line.strip() for line in why.splitlines() if line.strip()] or ["it was refused"]
    return RowError(f"{place}: {lines[-1]}", hint="shorten it, or change what is refused")


class _Local(http.client.HTTPConnection):
    """HTTP over a socket in the file system."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)
