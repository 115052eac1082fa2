"""The credit project in a folder of its own: a cold run, then runs with nothing to do."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from bench.process import proofstone
from bench.row import Row, seconds

_AGAIN = 5
_EITHER = (0, 3)  # whether the gates open is not what is measured


def rows(folder: Path) -> list[Row]:
    """Measure both; `folder` must not hold the project yet."""
    directory = str(folder / "credit")
    proofstone("init", directory)
    cold = proofstone("run", "-C", directory, "--json", allowed=_EITHER)
    again = [proofstone("run", "-C", directory, "--json", allowed=_EITHER) for _ in range(_AGAIN)]
    wall, cpu = median(one.wall for one in again), median(one.cpu for one in again)
    return [
        Row(
            "cold run of credit, 7 candidates, fresh store",
            f"{seconds(cold.wall)}, {seconds(cold.cpu)} CPU",
            goal="demo at most 4 min",
            notes=f"peak {cold.peak:.0f} MB in the largest process",
        ),
        Row(
            "no-op re-run of credit, whole process",
            f"{seconds(wall)}, {seconds(cpu)} CPU",
            goal="under 1 s",
            beside="its cold run",
            theirs=seconds(cold.wall),
            ratio=cold.wall / wall,
            notes=f"median of {_AGAIN}",
        ),
    ]
