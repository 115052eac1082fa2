"""Ctrl-C and SIGTERM while a service is asked: a real process, a real signal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.end_to_end.stranger import environment, proofstone
from tests.models.foreign.oip import Tensors, answered, hosting, tensor
from tests.pipeline.small import write

from proofstone.core.errors import Cancelled
from proofstone.interfaces.cli.stopping import Stopped, stopping

INPUTS = [tensor("a", "FP64", [-1, 1])]
OUTPUTS = [tensor("probability", "FP64", [-1])]
BATCH = 4


def command(url: str, folder: Path) -> list[str]:
    return [
        sys.executable, "-m", "proofstone", "assess", "--endpoint", url, "--model", "guest",
        "--data", str(folder / "rows.csv"), "--probes", "discrimination", "-C", str(folder),
    ]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(9)
    a = rng.normal(size=600)
    label = (a + rng.normal(size=600) > 0).astype(int)
    pl.DataFrame({"a": a, "y": label}).write_csv(tmp_path / "rows.csv")
    return tmp_path


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_between_batches_and_the_same_command_goes_on(
    folder: Path, number: signal.Signals
) -> None:
    deep, released, lock = threading.Event(), threading.Event(), threading.Lock()
    asked: list[list[float]] = []

    def answer(tensors: Tensors) -> tuple[int, dict[str, Any]]:
        a = np.array(tensors["a"]["data"], dtype=np.float64)
        with lock:
            asked.append(a.tolist())
            second = len(asked) > 1 + BATCH  # the first rows, and then a batch of four requests
        if second:
            deep.set()
            assert released.wait(60)
        p = 1 / (1 + np.exp(-a))
        return answered(tensor("probability", "FP64", [len(p)], p.tolist()))

    with hosting(answer, INPUTS, OUTPUTS) as guest:
        words = command(guest.url, folder)
        with subprocess.Popen(
            words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()
        ) as process:
            assert process.stderr is not None
            assert deep.wait(60)
            process.send_signal(number)
            assert process.stderr.readline() == "stopping; once more stops at once\n"
            released.set()
            told = process.stderr.read()
            assert process.wait(60) == 128 + number
        assert f"stopped by {number.name}" in told
        assert "the same command goes on where it was" in told
        assert not list(folder.glob("*.html"))
        first = [one for request in asked for one in request]
        assert len(first) == 16 + 2 * BATCH * 64  # the batch under way was answered and is kept
        if number == signal.SIGTERM:
            return
        asked.clear()
        done = subprocess.run(
            words, capture_output=True, text=True, env=environment(), check=False, timeout=120
        )
        assert done.returncode == 0, done.stderr
    again = [one for request in asked[1:] for one in request]
    assert len(again) == 600 - 2 * BATCH * 64
    assert not set(again) & set(first[16:])
    assert "roc_auc" in done.stdout


def test_a_project_is_stopped_and_a_run_goes_on(tmp_path: Path) -> None:
    write(tmp_path / "loans")
    words = [sys.executable, "-m", "proofstone", "assess", "-C", str(tmp_path / "loans")]
    with subprocess.Popen(
        words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()
    ) as process:
        assert process.stderr is not None
        assert "data.read" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        told = process.stderr.read()
        assert process.wait(60) == 130
    assert "stopped by SIGINT" in told
    assert "`proofstone run` goes on" in told
    assert "Traceback" not in told
    steps = proofstone("plan", "-C", tmp_path / "loans", "--json").document["steps"]
    statuses = {one["name"]: one["status"] for one in steps}
    assert (statuses["data.read"], statuses["select"]) == ("known", "waits")


def test_the_first_signal_is_told_and_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)

    def run() -> None:
        with stopping("go on") as asked:
            assert not asked()
            os.kill(os.getpid(), signal.SIGINT)
            assert asked()
            assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL  # the next one ends it
            raise Cancelled

    with pytest.raises(Stopped, match="stopped by SIGINT") as caught:
        run()
    assert (caught.value.exit_code, caught.value.hint) == (130, "go on")
    assert signal.getsignal(signal.SIGINT) is before


def test_what_is_waited_for_is_interrupted() -> None:
    def run() -> None:
        with stopping("go on", interrupts=True):
            os.kill(os.getpid(), signal.SIGTERM)
            raise AssertionError("never here")

    with pytest.raises(Stopped) as caught:
        run()
    assert caught.value.exit_code == 143


def test_what_nobody_stopped_is_not_taken_for_it() -> None:
    with pytest.raises(Cancelled), stopping("go on"):
        raise Cancelled


def test_elsewhere_than_in_the_main_thread_signals_are_left_alone() -> None:
    before, seen = signal.getsignal(signal.SIGINT), []

    def run() -> None:
        with stopping("go on") as asked:
            seen.append((signal.getsignal(signal.SIGINT) is before, asked()))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == [(True, False)]
