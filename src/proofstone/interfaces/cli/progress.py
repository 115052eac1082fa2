"""Progress of long work, on standard error: a live list on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from proofstone.core.i18n import _
from proofstone.core.retelling import retell
from proofstone.pipeline.engine import LOCK, Tell, silent

_MARKS = {"ran": ("✓", "green"), "restored": ("=", "dim"), "skipped": ("–", "yellow")}


class Board:
    """Steps under way with a spinner, steps done above them."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = Lock()
        self._under_way: dict[str, tuple[float, str]] = {}
        self._restored = 0

    def tell(self, node: str, event: str, seconds: float | None) -> None:
        """Take one event of the engine."""
        with self._lock:
            if node == LOCK:
                self._console.print(Text(event, style="yellow"))
            elif event == "start":
                self._under_way[node] = (time.monotonic(), "")
            elif seconds is None:
                started = self._under_way.get(node, (time.monotonic(), ""))[0]
                self._under_way[node] = (started, retell(event))
            else:
                self._under_way.pop(node, None)
                self._over(node, event, seconds)

    def __rich__(self) -> RenderableType:
        with self._lock:
            now = time.monotonic()
            rows = [
                Spinner("dots", Text(f"{node}  {now - started:.0f} s  {note}", style="cyan"))
                for node, (started, note) in self._under_way.items()
            ]
        return Group(*rows)

    def _over(self, node: str, event: str, seconds: float) -> None:
        if event == "restored":
            self._restored += 1
            return
        mark, style = _MARKS[event]
        self._console.print(Text(f"{mark} {node}  {seconds:.1f} s", style=style))

    def close(self) -> None:
        """Say how many steps were restored."""
        if self._restored:
            note = _("{n} steps restored from earlier runs").format(n=self._restored)
            self._console.print(Text(f"= {note}", style="dim"))


@contextmanager
def progress(*, quiet: bool) -> Iterator[Tell]:
    """Yield the function that the engine tells its events to."""
    if quiet:
        yield silent
        return
    console = Console(stderr=True, highlight=False)
    board = Board(console)
    if not console.is_terminal:
        yield board.tell
        board.close()
        return
    with Live(board, console=console, transient=True, refresh_per_second=8):
        yield board.tell
    board.close()
