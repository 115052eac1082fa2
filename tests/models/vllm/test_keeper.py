"""A program ends with the pipe of who started it, and what it started ends, too."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.models.vllm.folders import gone

from proofstone.models.vllm import keeper

FAMILY = "sleep 600 & echo $$ $!; wait"
DEAF = "trap '' TERM; sleep 600 & echo $$ $!; wait"


START = (
    "import sys, importlib.util as u; s = u.spec_from_file_location('keeper', sys.argv[1]); "
    "k = u.module_from_spec(s); s.loader.exec_module(k); k._PATIENCE = float(sys.argv[2]); "
    "sys.exit(k.main(sys.argv[3:]))"
)


def kept(script: str, patience: float = 60) -> tuple[subprocess.Popen[bytes], list[int]]:
    """A keeper that runs a shell script, and the processes that it says it has."""
    command = [sys.executable, "-c", START, keeper.__file__, str(patience), "/bin/sh", "-c"]
    process = subprocess.Popen([*command, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    return process, [int(one) for one in process.stdout.readline().split()]


def end(process: subprocess.Popen[bytes]) -> int:
    """The exit code, once it has one."""
    process.communicate()
    return process.returncode


@pytest.mark.parametrize(("script", "patience"), [(FAMILY, 60), (DEAF, 0.1)])
def test_the_end_of_the_pipe_ends_all(script: str, patience: float) -> None:
    process, family = kept(script, patience)
    assert len(family) == 2
    assert not any(gone(one, 0) for one in family)
    end(process)
    assert all(gone(one) for one in family)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_so_does_telling_the_keeper(number: signal.Signals) -> None:
    process, family = kept(FAMILY)
    os.kill(process.pid, number)
    assert process.wait() != 0
    assert all(gone(one) for one in family)
    end(process)


def test_who_has_to_tidy_up_after_the_program_is_given_time(tmp_path: Path) -> None:
    """As Python's resource tracker, which minds no signal and ends when the others have."""
    waits = "trap '' TERM; echo $$; while kill -0 $$ 2>/dev/null; do :; done"
    process, family = kept(f"({waits}; echo tidy > '{tmp_path}/tidy') & wait")
    end(process)
    assert (tmp_path / "tidy").read_text() == "tidy\n"
    assert all(gone(one) for one in family)


def test_a_program_that_ends_by_itself_leaves_nothing_and_its_code() -> None:
    process, family = kept("sleep 600 & echo $$ $!; exit 7")
    assert process.wait() == 7
    assert all(gone(one) for one in family)
    end(process)


def test_it_is_a_script_that_needs_nothing_of_ours() -> None:
    path = Path(keeper.__file__)
    command = [sys.executable, "-I", str(path), sys.executable, "-c", "print('here')"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.wait() == 0
    assert process.communicate()[0] == b"here\n"
