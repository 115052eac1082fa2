"""Measure everything, print the table, and write it to `build/`."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

from bench.row import Row, markdown

PARTS = (
    "startup",
    "project",
    "group_metrics",
    "shapley",
    "permutation",
    "assessment",
    "http_rows",
    "guards",
    "retrieval",
    "encoder",
    "chat",
    "tune",
    "growth",
)
_IN_A_FOLDER = {"project", "assessment", "http_rows"}
_BUILD = Path(__file__).parents[1] / "build"


def main() -> None:
    """Run the parts asked for; one that fails is a row that says so, and the status is then 1."""
    chosen = _chosen(sys.argv[1:])
    started = time.perf_counter()
    machine = _machine()
    found: list[Row] = []
    failed = False
    _BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="proofstone-bench-") as name:
        for part in chosen:
            print(f"{part} ...", file=sys.stderr, flush=True)
            try:
                found += _rows(part, Path(name))
            except Exception as error:
                failed = True
                found.append(Row(part, "failed", notes=f"{type(error).__name__}: {error}"[:200]))
    took = f"Measured in {time.perf_counter() - started:.0f} s. {machine}"
    text = f"{markdown(found)}\n\n{took}\n"
    print(text)
    picture = "\n![What an assessment costs](bench.svg)\n" if "growth" in chosen else ""
    (_BUILD / "bench.md").write_text(f"# Speed\n\n{text}{picture}", "utf-8")
    sys.exit(failed)


def _chosen(words: list[str]) -> list[str]:
    """The parts that the command line names, all by default; an unknown one ends with status 2."""
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure speed beside what stands next to us; write build/bench.md.",
        epilog="PROOFSTONE_BENCH_SCALE=0.01 tries every part in a moment.",
    )
    known = f"one of {', '.join(PARTS)}; all by default"
    parser.add_argument("part", nargs="*", help=known, metavar="PART")
    named: list[str] = parser.parse_args(words).part
    for part in named:
        if part not in PARTS:
            parser.error(f"there is no part {part!r}; known: {', '.join(PARTS)}")
    return named or list(PARTS)


def _rows(part: str, folder: Path) -> list[Row]:
    """Measure one part: its peers are imported only now."""
    if part == "growth":
        return _grown(folder)
    module = import_module(f"bench.{part}")
    measured: list[Row] = module.rows(folder) if part in _IN_A_FOLDER else module.rows()
    return measured


def _grown(folder: Path) -> list[Row]:
    """How cost grows with rows and with groups, as rows and as a picture."""
    from bench import group_metrics, growth

    costs, counts = growth.measure(folder), group_metrics.by_groups()
    (_BUILD / "bench.svg").write_text(growth.curve(costs, counts), "utf-8")
    return [*growth.rows(costs), *growth.group_rows(counts)]


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
