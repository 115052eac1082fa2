from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.pipeline import parts

from proofstone.core.errors import DataError, MissingExtra, Problem, ProjectFileError
from proofstone.models.errors import RowError
from proofstone.pipeline.executor import LocalExecutor, WorkerLost

THREADS = "OMP_NUM_THREADS"


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_results_come_in_order_from_other_processes() -> None:
    with LocalExecutor(2) as executor:
        assert executor.map(parts.slow_then_quick, range(6)) == [0, 1, 4, 9, 16, 25]
        assert executor.map(parts.square, []) == []
        assert os.getpid() not in executor.map(parts.process, range(3))


def test_nothing_is_started_before_it_is_needed_nor_left_running_after() -> None:
    with LocalExecutor(2) as executor:
        assert executor._pool is None
        processes = set(executor.map(parts.process, range(8)))
        assert all(alive(one) for one in processes)
    assert not any(alive(one) for one in processes)


def test_nothing_is_left_running_after_an_error() -> None:
    with LocalExecutor(1) as executor:
        processes = executor.map(parts.process, range(2))
        with pytest.raises(ValueError, match="part 3"):
            executor.map(parts.refuse_three, range(50))
    assert not any(alive(one) for one in processes)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("bad", 3),
        DataError("a.csv, row 3: text", hint="mend it"),
        RowError("row 3, x: is absent", hint="give it"),
        MissingExtra("lightgbm", "tabular"),
        ProjectFileError([Problem("p.yaml", 3, "task.label", "wrong", "label")]),
        WorkerLost("gone", hint="again"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_travel_as_what_they_are(error: Exception) -> None:
    with LocalExecutor(1) as executor, pytest.raises(type(error)) as caught:
        executor.map(parts.fail, [error])
    assert type(caught.value) is type(error)
    assert str(caught.value) == str(error)
    assert vars(caught.value) == vars(error)


def test_a_killed_worker_is_an_error_with_a_remedy() -> None:
    with LocalExecutor(2) as executor:
        with pytest.raises(WorkerLost, match="died") as caught:
            executor.map(parts.die, [signal.SIGKILL])
        with pytest.raises(WorkerLost):
            executor.map(parts.square, [1])
    assert "run again" in caught.value.hint


def test_steps_side_by_side_share_one_pool() -> None:
    with LocalExecutor(2) as executor, ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(executor.map, parts.process, range(3)) for _ in range(4)]
        processes = {one for future in asked for one in future.result()}
    assert len(processes) <= 2


def test_workers_have_one_thread_and_the_caller_gets_its_own_setting_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(THREADS, "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    with LocalExecutor(1) as executor:
        assert executor.map(parts.variable, [THREADS, "MKL_NUM_THREADS"]) == ["1", "1"]
    assert os.environ[THREADS] == "7"
    assert "MKL_NUM_THREADS" not in os.environ


def test_parts_that_were_not_begun_are_not_run_after_an_error(tmp_path: Path) -> None:
    started = time.perf_counter()
    with pytest.raises(ValueError, match="the first"), LocalExecutor(1) as executor:
        executor.map(parts.first_fails, [(tmp_path, number) for number in range(100)])
    assert len(list(tmp_path.iterdir())) < 20
    assert time.perf_counter() - started < 30


def test_a_script_without_a_main_guard_is_not_run_again_by_workers(tmp_path: Path) -> None:
    script = tmp_path / "mine.py"
    script.write_text(
        "print('started')\n"
        "from proofstone.pipeline.executor import LocalExecutor\n"
        "with LocalExecutor(2) as executor:\n"
        "    print(executor.map(abs, [-1, -2, 3]))\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "started\n[1, 2, 3]\n"


def test_the_memory_of_workers_is_told() -> None:
    with LocalExecutor(1) as executor:
        assert executor.map(len, []) == []
        assert executor.peak_mb == 0.0
        assert executor.map(len, [bytes(300_000_000)]) == [300_000_000]
        assert executor.peak_mb > 300
