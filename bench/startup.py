"""What it costs to import the package, and to ask the command line for help."""

from __future__ import annotations

from statistics import median

from bench.process import python
from bench.row import Row, seconds

_RUNS = 10
_WHAT = {
    "`import proofstone`": ("-c", "import proofstone"),
    "`proofstone --help`": ("-m", "proofstone", "--help"),
}


def rows() -> list[Row]:
    """Wall seconds above those of a Python that does nothing, each started ten times."""
    bare = _median("-c", "pass")
    return [
        Row(
            what,
            seconds(max(0.0, _median(*arguments) - bare)),
            goal="under 0.25 s",
            beside="bare Python, subtracted",
            theirs=seconds(bare),
            notes=f"median of {_RUNS} processes",
        )
        for what, arguments in _WHAT.items()
    ]


def _median(*arguments: str) -> float:
    return median(python(*arguments).wall for _ in range(_RUNS))
