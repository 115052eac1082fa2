"""What importing costs, and that imports never go in a circle."""

from __future__ import annotations

import graphlib
import os
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

SOURCE = Path(__file__).parents[2] / "src"
HEAVY = {
    "fairlearn",
    "interpret",
    "lightgbm",
    "optuna",
    "pandas",
    "polars",
    "scipy",
    "shap",
    "sklearn",
    "starlette",
    "torch",
    "uvicorn",
    "xllamacpp",
}
HELP = """\
sys.argv = ["proofstone", "--help"]
from proofstone.interfaces.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""


@pytest.mark.parametrize("body", ["import proofstone", HELP], ids=["import", "help"])
def test_no_heavy_library_is_loaded(body: str) -> None:
    program = f"import sys\n{body}\nprint('loaded:', *sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )
    assert done.returncode == 0, done.stderr
    loaded = done.stdout.partition("loaded:")[2].split()
    assert "proofstone" in loaded
    assert HEAVY.intersection(loaded) == set()


def test_imports_never_go_in_a_circle() -> None:
    graph = grimp.build_graph("proofstone", exclude_type_checking_imports=True, cache_dir=None)
    edges = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    try:
        graphlib.TopologicalSorter(edges).prepare()
    except graphlib.CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))
