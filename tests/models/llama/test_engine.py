"""One loaded model of llama.cpp beside others, in a process of its own: what hangs is killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.models.gguf_files import CONTROL, tiny

# Of fifteen that are closed at once, some are closed before llama.cpp's loop began to run.
PROGRAM = """
import sys
from pathlib import Path
from proofstone.models.llama.engine import Engine, Loading

loading = Loading(Path(sys.argv[1]), "tiny", 64, 1, 1, int(sys.argv[2]))
first = Engine(loading)
for _ in range(15):
    Engine(loading).close()
print(first.tokens("ab"))
first.close()
"""


def test_engines_that_are_closed_at_once_end_and_leave_others_alone(tmp_path: Path) -> None:
    path = tiny(tmp_path / "tiny.gguf")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path), str(len(CONTROL) + 256)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.startswith("[")
