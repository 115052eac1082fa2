"""Runs a program that must not outlive who started it: `python keeper.py PROGRAM ARGUMENT ...`.

The keeper's standard input is a pipe that its starter holds open. When the pipe ends, because the
starter closed it or died, or the keeper is told to end, the program is told to end; then, what it
started and left behind. Each is killed where it has not ended in time.

Not covered: a keeper that is killed itself (SIGKILL) leaves the program running.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time

_PATIENCE, _PAUSE = 20.0, 0.02
_TOLD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_ADOPT = 36
"""PR_SET_CHILD_SUBREAPER of prctl(2), Linux 3.4 (2012)."""


def main(command: list[str]) -> int:
    """Run `command` until it ends or the standard input does; return its exit code."""
    ctypes.CDLL(None).prctl(_ADOPT, 1, 0, 0, 0)
    over = threading.Event()
    for one in _TOLD:
        signal.signal(one, lambda *_: over.set())
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)

    def watch() -> None:
        while os.read(0, 1):
            pass
        over.set()

    def end() -> None:
        over.wait()
        program.terminate()
        try:
            program.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            program.kill()

    for task in (watch, end):
        threading.Thread(target=task, daemon=True).start()
    code = program.wait()
    _end_group(program.pid)
    return code


def _end_group(group: int) -> None:
    """End what is left of it. Python's own helpers tidy shared memory up before they go."""
    until = time.monotonic() + _PATIENCE
    _send(group, signal.SIGTERM)
    try:
        while time.monotonic() < until:
            if os.waitpid(-group, os.WNOHANG)[0] == 0:
                time.sleep(_PAUSE)
    except ChildProcessError:
        return
    _send(group, signal.SIGKILL)


def _send(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
