"""Environments of peers whose pins clash with ours: each made once, under `build/peers`."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_PEERS = Path(__file__).parents[1] / "build" / "peers"


def environment(name: str, requirements: Sequence[str]) -> Path:
    """Return the Python of the environment `name` with `requirements`, made unless it is there.

    Raises:
        RuntimeError: it could not be installed; the message ends with what pip said.
    """
    told = hashlib.sha256("\n".join(requirements).encode()).hexdigest()[:12]
    folder = _PEERS / f"{name}-{told}"
    python, done = folder / "bin" / "python", folder / "done"
    if not done.exists():
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
        _run([str(python), "-m", "pip", "install", "-q", *requirements])
        done.write_text("\n".join(requirements), "utf-8")
    return python


def _run(command: Sequence[str]) -> None:
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    if found.returncode:
        raise RuntimeError(f"{' '.join(command)}: {found.stdout[-500:]}{found.stderr[-1500:]}")
