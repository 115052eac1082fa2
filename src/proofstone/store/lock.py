"""One run at a time in a project: the second waits, and is told for whom."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from proofstone.core.durable import border
from proofstone.core.errors import Busy
from proofstone.core.i18n import _

_PAUSE = 0.1


@contextmanager
def hold(
    path: Path, who: str, *, wait: float, tell: Callable[[str], None] = lambda note: None
) -> Iterator[None]:
    """Hold the lock file at `path`, waiting up to `wait` seconds; the kernel frees it on death.

    Raises:
        Busy: it is still held; the message names the holder.
        StoreError: the lock file cannot be written.
    """
    with border(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("a+")
    with handle:
        until = time.monotonic() + wait
        told = False
        while not _taken(handle.fileno()):
            holder = _holder(path)
            if time.monotonic() >= until:
                raise Busy(
                    f"{path.parent}: held by {holder}",
                    hint="wait for that run, or raise PROOFSTONE_LOCK_WAIT (seconds)",
                )
            if not told:
                tell(_("waiting for {holder}").format(holder=holder))
                told = True
            time.sleep(_PAUSE)
        started = datetime.now(UTC).isoformat(timespec="seconds")
        handle.truncate(0)
        handle.write(json.dumps({"who": who, "pid": os.getpid(), "since": started}))
        handle.flush()
        yield


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(path: Path) -> str:
    try:
        note = json.loads(path.read_text())
        return f"{note['who']} (process {note['pid']}, since {note['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another run"
