"""Every example in README and documentation does what it says.

Blocks of one page run in order, in one empty folder. `python` blocks run as a program, or as a
doctest where they begin with `>>>`. In `console` blocks each `$ command` must print what follows it
(`...` stands for anything; `[exit N]` is the status where it is not 0). `sh` blocks name commands
that take minutes or do not end: of those the command and its options must exist.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from proofstone.core.operations import OPERATIONS

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path, *languages: str) -> Iterator[tuple[int, str, str]]:
    """Line, language and text of the page's fenced blocks in these languages."""
    text = page.read_text("utf-8")
    for match in BLOCK.finditer(text):
        if match[1] in languages:
            yield text.count("\n", 0, match.start()) + 2, match[1], match[2]


def run_python(text: str, names: dict[str, Any], place: str) -> None:
    if not text.startswith(">>>"):
        exec(compile(text, place, "exec"), names)
        return
    example = doctest.DocTestParser().get_doctest(text, names, place, place, 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    said: list[str] = []
    runner.run(example, out=said.append, clear_globs=False)
    assert not said, "".join(said)


def run_console(text: str, place: str) -> None:
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, wanted = part.partition("\n")
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT / "src"),
            "PROOFSTONE_LANGUAGE": "en",
            "COLUMNS": "1000",
            "NO_COLOR": "1",
        }
        done = subprocess.run(
            ["bash", "-c", command.replace("proofstone ", f"{sys.executable} -m proofstone ", 1)],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            env=environment,
        )
        said = done.stdout + done.stderr
        said += f"[exit {done.returncode}]\n" if done.returncode else ""
        pattern = ".*".join(re.escape(piece) for piece in wanted.strip().split("..."))
        assert re.fullmatch(pattern, said.strip(), re.DOTALL), f"{place}: {command}\n{said}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_do_what_they_say(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "example"}
    for line, language, text in blocks(page, "python", "console"):
        place = f"{page.name}:{line}"
        if language == "python":
            run_python(text, names, place)
        else:
            run_console(text, place)


def commands() -> Iterator[tuple[str, list[str]]]:
    for page in PAGES:
        for line, _, text in blocks(page, "sh"):
            for command in text.splitlines():
                yield f"{page.name}:{line}", shlex.split(command, comments=True)


def test_commands_that_are_not_run_exist() -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    operations = {operation.name for operation in OPERATIONS}
    helps: dict[str, str] = {}
    for place, words in commands():
        match words:
            case ["make", *goals]:
                assert set(goals) <= set(targets), place
            case ["proofstone", operation, *rest]:
                assert operation in operations, place
                if operation not in helps:
                    helps[operation] = help_of(operation)
                for option in (word for word in rest if re.match(r"--?[A-Za-z]", word)):
                    assert option in helps[operation], f"{place}: {operation} has no {option}"
            case []:
                pass
            case _:
                pytest.fail(f"{place}: `{' '.join(words)}` is neither make nor proofstone")


def help_of(operation: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "proofstone", operation, "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "200"},
    )
    return done.stdout


def test_fenced_blocks_have_a_language_that_is_checked() -> None:
    known = {"python", "console", "sh", "yaml", "text", "json"}
    strange = [
        f"{page.name}: {match[1]!r}"
        for page in PAGES
        for match in re.finditer(r"^```(\w*)\n.*?^```$", page.read_text("utf-8"), re.M | re.S)
        if match[1] not in known
    ]
    assert strange == []
