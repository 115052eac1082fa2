from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from operator import attrgetter
from pathlib import Path
from typing import Any

import click
import pytest
from tests.end_to_end.stranger import environment, proofstone

from proofstone.api import Workspace
from proofstone.core.errors import (
    EXIT_CODES,
    GateShut,
    InputError,
    MissingExtra,
    ProofstoneError,
    VerificationError,
)
from proofstone.core.operations import OPERATIONS
from proofstone.interfaces.cli.app import LazyGroup, call

NAMES = [operation.name for operation in OPERATIONS]
HEAVY = ("fairlearn", "interpret", "lightgbm", "optuna", "polars", "sklearn", "starlette", "torch")
ISSUE = (
    "init|check|plan|run|why|assess|explain|report|releases|compare|challenge|promote|rollback|"
    "export|verify|reproduce|serve|predict|feedback|models list|models pull|models show|doctor"
)


def in_python(program: str, *words: str) -> Any:
    """Run a program in a fresh interpreter and return the JSON that it prints last."""
    command = [sys.executable, "-c", program, *words]
    variables = environment(PYTHONPATH=os.pathsep.join(sys.path))
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def test_the_table_has_the_operations_of_the_design_and_no_other() -> None:
    assert sorted(NAMES) == sorted(ISSUE.split("|"))
    assert len(set(NAMES)) == len(NAMES)


def test_the_command_line_has_the_operations_and_nothing_more() -> None:
    group = LazyGroup(name="proofstone")
    context = click.Context(group)
    assert group.list_commands(context) == list(dict.fromkeys(name.split()[0] for name in NAMES))
    for name in NAMES:
        first, *second = name.split()
        command = group.get_command(context, first)
        for word in second:
            assert isinstance(command, click.Group)
            command = command.get_command(context, word)
        assert command is not None
        assert command.name == name.split()[-1]
    from proofstone.interfaces.cli import app

    assert set(app._MODULES) == set(NAMES)
    assert group.get_command(context, "frobnicate") is None


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_every_operation_is_a_method_of_the_workspace(operation: Any, tmp_path: Path) -> None:
    method = attrgetter(operation.method)(Workspace(tmp_path))
    assert callable(method)
    assert method.__doc__


@pytest.mark.parametrize("name", NAMES)
def test_help_has_an_example_and_every_command_speaks_json(name: str) -> None:
    answer = proofstone(*name.split(), "--help")
    assert answer.status == 0
    assert f"proofstone {name} " in " ".join(answer.out.split())
    assert "Example:" in answer.out
    assert "--json" in answer.out


def test_help_shows_every_operation_the_first_three_first() -> None:
    said = proofstone("--help").out
    places = [said.index(f"\n  {name} ") for name in NAMES]
    assert places == sorted(places)
    assert [one.name for one in OPERATIONS if one.first] == ["init", "run", "serve"]


def test_help_speaks_chinese() -> None:
    said = proofstone("--help", PROOFSTONE_LANGUAGE="zh").out
    assert all(ord(char) < 0x3000 for char in proofstone("--help").out)
    assert sum(ord(char) > 0x3000 for char in said) > 50


def test_the_version_is_the_distribution_s() -> None:
    assert proofstone("--version").out == f"proofstone {version('proofstone')}\n"


@pytest.mark.parametrize(
    "words", [["--help"], ["run", "--help"], ["assess", "--help"], ["--version"]]
)
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    program = (
        "import json, sys\n"
        "sys.argv = ['proofstone', *sys.argv[1:]]\n"
        "from proofstone.interfaces.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    assert not set(HEAVY) & set(in_python(program, *words))


def test_importing_the_package_loads_next_to_nothing() -> None:
    program = (
        "import json, sys, time\n"
        "before, start = set(sys.modules), time.process_time()\n"
        "import proofstone\n"
        "seconds, loaded = time.process_time() - start, set(sys.modules) - before\n"
        "assert proofstone.Workspace\n"
        "print(json.dumps({'loaded': sorted(loaded), 'seconds': seconds}))"
    )
    found = in_python(program)
    loaded = {name.partition(".")[0] for name in found["loaded"]}
    assert loaded - set(sys.stdlib_module_names) == {"proofstone"}
    assert found["seconds"] < 0.25


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ProofstoneError("x"), 1),
        (InputError("x"), 2),
        (GateShut("x"), 3),
        (VerificationError("x"), 4),
        (MissingExtra("sklearn", "tabular"), 5),
        (KeyboardInterrupt(), 130),
        (BrokenPipeError(), 141),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_each_kind_of_error_has_one_status(error: BaseException, status: int) -> None:
    def fail() -> None:
        raise error

    assert call(fail) == status
    assert set(EXIT_CODES.values()) == {1, 2, 3, 4, 5}


def test_a_defect_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        call(lambda: 1 // 0)


@pytest.mark.parametrize(
    "words",
    [
        ["frobnicate"],
        ["run", "--nope"],
        ["promote", "latest"],
        ["run", "--workers", "many"],
        ["serve", "latest", "--port", "99999"],
    ],
    ids=" ".join,
)
def test_usage_errors_end_with_2_and_with_json_are_one_document(words: list[str]) -> None:
    plain = proofstone(*words)
    assert (plain.status, plain.out) == (2, "")
    assert plain.err
    answer = proofstone(*words, "--json")
    assert (answer.status, answer.err) == (2, "")
    assert answer.error["kind"] == "input"
    assert answer.error["message"]
    assert answer.error["hint"]


def test_errors_go_to_standard_error_with_their_hint(tmp_path: Path) -> None:
    answer = proofstone("run", "-C", tmp_path)
    assert (answer.status, answer.out) == (2, "")
    first, second = answer.err.splitlines()[:2]
    assert first.startswith("error: ")
    assert str(tmp_path) in first
    assert second.startswith("hint: ")


def test_square_brackets_in_a_message_are_shown_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "[bold]mine[/]"
    assert "[bold]mine[/]" in proofstone("run", "-C", folder).err
