"""Measure everything, print the table, and write it to `build/`."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
from pathlib import Path

from bench import (
    assessment,
    chat,
    encoder,
    group_metrics,
    growth,
    guards,
    http_rows,
    permutation,
    project,
    retrieval,
    shapley,
    startup,
    tune,
)
from bench.row import Row, markdown

_BUILD = Path(__file__).parents[1] / "build"


def main() -> None:
    """Run every part; one that fails is a row that says so, and the status is then 1."""
    started = time.perf_counter()
    machine = _machine()
    found: list[Row] = []
    failed = False
    with tempfile.TemporaryDirectory(prefix="proofstone-bench-") as name:
        folder = Path(name)

        def grow() -> list[Row]:
            costs = growth.measure(folder)
            _BUILD.mkdir(exist_ok=True)
            counts = dict(zip(group_metrics.COUNTS, group_metrics.by_groups(), strict=True))
            (_BUILD / "bench.svg").write_text(growth.curve(costs, counts), "utf-8")
            return growth.rows(costs)

        parts = {
            "startup": startup.rows,
            "project": lambda: project.rows(folder),
            "group_metrics": group_metrics.rows,
            "shapley": shapley.rows,
            "permutation": permutation.rows,
            "assessment": lambda: assessment.rows(folder),
            "http_rows": lambda: http_rows.rows(folder),
            "guards": guards.rows,
            "retrieval": retrieval.rows,
            "encoder": encoder.rows,
            "chat": chat.rows,
            "tune": tune.rows,
            "growth": grow,
        }
        chosen = sys.argv[1:] or list(parts)
        for part in chosen:
            print(f"{part} ...", file=sys.stderr, flush=True)
            try:
                found += parts[part]()
            except Exception as error:
                failed = True
                found.append(Row(part, "failed", notes=f"{type(error).__name__}: {error}"[:200]))
    took = f"Measured in {time.perf_counter() - started:.0f} s. {machine}"
    text = f"{markdown(found)}\n\n{took}\n"
    print(text)
    _BUILD.mkdir(exist_ok=True)
    (_BUILD / "bench.md").write_text(f"# Speed\n\n{text}", "utf-8")
    sys.exit(failed)


def _machine() -> str:
    """The machine in a sentence, and whether others were using it."""
    cores = len(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    state = "a loaded machine: ratios mean more than seconds" if load > cores / 2 else "idle"
    return (
        f"Python {platform.python_version()}, {cores} cores, load {load:.1f} at the start: {state}."
    )


if __name__ == "__main__":
    main()
