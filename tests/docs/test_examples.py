"""Every example in README and documentation does what it says.

Blocks of one page run in order, in one empty folder, or in one where the examples of another page
have run (`<!-- goes on from: quickstart.md -->`). `python` blocks run as a program, or as a
doctest where they begin with `>>>`. In `console` blocks each `$ command` must print what follows it
(`...` stands for anything; `[exit N]` is the status where it is not 0). `sh` blocks name commands
that take minutes or do not end: of those the command and its options must exist.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.docs.pages import BLOCK, GONE_ON_FROM, PAGES, ROOT, blocks, run_page, seed, title

from proofstone.core.operations import OPERATIONS

OTHERS = {"curl", "model_signing", "pip", "pytest"}
"""Programs of others that a page may name; where one is called, a test of that page calls it."""


@pytest.mark.parametrize("page", PAGES, ids=title)
def test_examples_do_what_they_say(page: Path, tmp_path: Path, seeds: Path) -> None:
    if page in GONE_ON_FROM:
        seed(page, seeds)
    else:
        run_page(page, tmp_path, seeds)


def commands() -> Iterator[tuple[str, list[str]]]:
    for page in PAGES:
        for line, _, text in blocks(page, "sh"):
            command = ""
            for part in text.replace("\\\n", " ").splitlines():
                command += part
                try:
                    words = shlex.split(command, comments=True)
                except ValueError:  # a quotation that goes on in the next line
                    continue
                command = ""
                yield f"{title(page)}:{line}", words
            assert not command, f"{title(page)}:{line}: a quotation does not end"


def test_commands_that_are_not_run_exist() -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    operations = {operation.name for operation in OPERATIONS}
    helps: dict[str, str] = {}
    for place, words in commands():
        match words:
            case ["make", *goals]:
                assert set(goals) <= set(targets), place
            case ["proofstone", *called]:
                operation, rest = operation_of(called)
                assert operation in operations, place
                if operation not in helps:
                    helps[operation] = help_of(operation)
                for option in (word for word in rest if re.match(r"--?[A-Za-z]", word)):
                    assert option in helps[operation], f"{place}: {operation} has no {option}"
            case []:
                pass
            case [program, *_]:
                assert program in OTHERS, f"{place}: `{program}` is not known"


def operation_of(words: list[str]) -> tuple[str, list[str]]:
    """The operation that a command names in one word or two, and the words after it."""
    two = " ".join(words[:2])
    count = 2 if two in {operation.name for operation in OPERATIONS} else 1
    return " ".join(words[:count]), words[count:]


def help_of(operation: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "proofstone", *operation.split(), "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "200"},
    )
    return done.stdout


def test_fenced_blocks_have_a_language_that_is_checked() -> None:
    known = {"python", "console", "sh", "yaml", "text", "json", "toml"}
    strange = [
        f"{title(page)}: {match[1]!r}"
        for page in PAGES
        for match in BLOCK.finditer(page.read_text("utf-8"))
        if match[1] not in known
    ]
    assert strange == []
