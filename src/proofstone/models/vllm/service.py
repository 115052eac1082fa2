"""One running vLLM server, which nobody but this user's processes can reach."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from proofstone.core.errors import DataError, InputError
from proofstone.core.extras import need
from proofstone.core.settings import PREFIX
from proofstone.models.endpoint.transport import Patience
from proofstone.models.sealed import Sealed
from proofstone.models.vllm import keeper

NAME = "generator"
URL = "http://localhost"
SOCKET = "socket"
PATIENCE = Patience(attempts=3, deadline=600.0)
_QUIET = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", "HF_HUB_OFFLINE": "1", "NO_COLOR": "1"}
_LEFT_OUT = "VLLM_API_KEY"
_LONGEST_SOCKET = 107
_LONGEST_START = 1800.0
_PAUSE, _LEAST = 0.2, 2.0
_SHOWN, _WIDEST = 5, 300
_CONTROLS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[^\t\x20-\x7e\xa0-\U0010ffff]")


@dataclass(frozen=True)
class Loading:
    """What to serve and how: `context` tokens a conversation, `parallel` of them at once.

    `program` is the path of vLLM's command, `name` is for messages.
    """

    files: tuple[Sealed, ...]
    template: str
    name: str
    program: str
    context: int
    parallel: int

    def command(self, folder: Path) -> list[str]:
        """The command line: answers come from the model and the request alone."""
        return [
            self.program, "serve", str(folder / "model"),
            "--uds", str(folder / SOCKET),
            "--served-model-name", NAME,
            "--chat-template", str(folder / "template.jinja"),
            "--max-model-len", str(self.context),
            "--max-num-seqs", str(self.parallel),
            "--generation-config", "vllm",
            "--no-enable-prefix-caching",
            "--disable-uvicorn-access-log",
            "--seed", "0",
        ]  # fmt: skip


class Ended(DataError):
    """The server has ended by itself."""


class Service:
    """vLLM's own server as a child process, on a socket in a folder that only this user enters.

    It reads the files from sealed memory, so what was verified is what it loads. It ends with
    this object, and when this process dies. `version` is the one that it says it is.

    Raises:
        InputError: the folder for temporary files has too long a name for a socket in it.
        DataError: it ended before it was ready; the message has the last lines of its log.

    Not covered: other processes of this user, and root, can ask it, too.
    """

    def __init__(self, loading: Loading) -> None:
        self._name = loading.name
        self._folder = Path(tempfile.mkdtemp(prefix="vllm-"))
        self._tidy = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self.socket = self._folder / SOCKET
        try:
            _check_length(self.socket)
            _lay_out(self._folder, loading)
            self._process = self._started(loading)
            self._end = weakref.finalize(self, _ended, self._process)
            self.version = self._awaited()
        except BaseException:
            self.close()
            raise

    def check(self) -> None:
        """Raise where it has ended by itself.

        Raises:
            Ended: it has; the message has the last lines of its log.
        """
        if self._process.poll() is not None:
            raise Ended(
                f"{self._name}: vLLM has ended:\n{self._last_words()}",
                hint="ask again, which starts it again; see whether the device has enough memory",
            )

    def wait(self, seconds: float) -> None:
        """Let time go by before it is asked again, at least two seconds; raise as `check` does."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(max(seconds, _LEAST))
        self.check()

    def close(self) -> None:
        """End the server; nothing of it is left."""
        if hasattr(self, "_end"):
            self._end()
        self._tidy()

    def _started(self, loading: Loading) -> subprocess.Popen[bytes]:
        command = loading.command(self._folder)
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(PREFIX) and name != _LEFT_OUT
        }
        with (self._folder / "log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-I", keeper.__file__, *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=kept | _QUIET,
                start_new_session=True,
            )

    def _awaited(self, clock: Callable[[], float] = time.monotonic) -> str:
        """The version of the server, once it is ready."""
        http = need("httpx", "text")
        until = clock() + _LONGEST_START
        way = http.HTTPTransport(uds=str(self.socket))
        with http.Client(transport=way, trust_env=False, timeout=5.0) as client:
            while self._process.poll() is None and clock() < until:
                with contextlib.suppress(OSError, http.TransportError):
                    _knock(self.socket)
                    if client.get(f"{URL}/health").is_success:
                        return str(client.get(f"{URL}/version").json().get("version", ""))
                time.sleep(_PAUSE)
        raise DataError(
            f"{self._name}: vLLM cannot serve this model:\n{self._last_words()}",
            hint="it must be a chat model of an architecture that vLLM knows, and fit the device",
        )

    def _last_words(self) -> str:
        """What its log last says of errors; where it says nothing of any, its last lines."""
        try:
            text = (self._folder / "log").read_text("utf-8", "replace")
        except OSError:
            text = ""
        lines = [_CONTROLS.sub("", line).strip()[:_WIDEST] for line in text.splitlines()]
        told = [line for line in lines if re.search(r"\w(Error|Exception)\b", line)]
        return "\n".join((told or [one for one in lines if one])[-_SHOWN:]) or "it said nothing"


def _check_length(path: Path) -> None:
    if len(os.fsencode(path)) > _LONGEST_SOCKET:
        hint = "set TMPDIR to a folder with a shorter name"
        raise InputError(f"{path}: is too long a name for a socket", hint=hint)


def _knock(path: Path) -> None:
    """Raise OSError where nobody listens; httpx would leave its socket open then."""
    with socket.socket(socket.AF_UNIX) as ours:
        ours.connect(str(path))


def _lay_out(folder: Path, loading: Loading) -> None:
    """Links to the sealed files, under their names; other processes see them through this one's."""
    (folder / "template.jinja").write_text(loading.template, "utf-8")
    for one in loading.files:
        place = folder / "model" / one.name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(str(one.path).replace("/self/", f"/{os.getpid()}/"))


def _ended(process: subprocess.Popen[bytes]) -> None:
    """Close the pipe that keeps it running, and wait."""
    assert process.stdin is not None
    with contextlib.suppress(OSError):
        process.stdin.close()
    process.wait()
