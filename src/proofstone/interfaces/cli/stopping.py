"""Ctrl-C and SIGTERM: the first stops between two batches, the second at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from proofstone.core.errors import Cancelled, ProofstoneError
from proofstone.core.i18n import _


class Stopped(ProofstoneError):
    """Somebody stopped the command; the exit status is 128 and the signal's number."""

    kind = "input"
    code = "stopped"

    def __init__(self, number: int, *, hint: str) -> None:
        super().__init__(f"stopped by {signal.Signals(number).name}", hint=hint)
        self.number = number

    @property
    def exit_code(self) -> int:
        """As shells have it: 130 for Ctrl-C, 143 for SIGTERM."""
        return 128 + self.number


@contextmanager
def stopping(hint: str, *, interrupts: bool = False) -> Iterator[Callable[[], bool]]:
    """Yield what says whether somebody asked to stop; `hint` says how to go on.

    What runs inside ends with `Cancelled`, or, where it `interrupts`, is interrupted. A second
    signal of the same kind ends the process as if nothing were here.

    Raises:
        Stopped: somebody asked, and what ran inside ended for it.
    """
    stopped: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        stopped.append(number)
        signal.signal(number, signal.SIG_DFL)
        os.write(2, f"{told}\n".encode(errors="replace"))
        if interrupts:
            raise KeyboardInterrupt

    told = _("stopping; once more stops at once")
    here = threading.current_thread() is threading.main_thread()
    signals = (signal.SIGINT, signal.SIGTERM) if here else ()
    before = {one: signal.signal(one, note) for one in signals}
    try:
        yield lambda: bool(stopped)
    except (Cancelled, KeyboardInterrupt):
        if not stopped:
            raise
        raise Stopped(stopped[0], hint=hint) from None
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
