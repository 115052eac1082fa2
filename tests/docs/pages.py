"""Pages of the documentation, and what runs the examples in them."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")])
BLOCK = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
AFTER = re.compile(r"^<!-- goes on from: (\S+) -->$", re.MULTILINE)

GONE_ON_FROM = {
    page.parent / name for page in PAGES for name in AFTER.findall(page.read_text("utf-8"))
}
"""Pages whose examples run once, for themselves and for the pages that go on from them."""


def title(page: Path) -> str:
    """The page's path, as a person would give it."""
    return str(page.relative_to(ROOT))


def blocks(page: Path, *languages: str) -> Iterator[tuple[int, str, str]]:
    """Line, language and text of the page's fenced blocks in these languages."""
    text = page.read_text("utf-8")
    for match in BLOCK.finditer(text):
        if match[1] in languages:
            yield text.count("\n", 0, match.start()) + 2, match[1], match[2]


def environment() -> dict[str, str]:
    """What a command in an example sees: none of the machine's own settings."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PROOFSTONE_")}
    return own | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "PROOFSTONE_LANGUAGE": "en",
        "PROOFSTONE_USER": "anna",
        "PROOFSTONE_WORKERS": "2",
        "COLUMNS": "200",
        "NO_COLOR": "1",
    }


def run_page(page: Path, folder: Path, seeds: Path) -> None:
    """Run the page's examples in order in `folder`, after those of the page it goes on from."""
    before = AFTER.search(page.read_text("utf-8"))
    if before:
        shutil.copytree(seed(page.parent / before[1], seeds), folder, dirs_exist_ok=True)
    names: dict[str, Any] = {"__name__": "example"}
    for line, language, text in blocks(page, "python", "console"):
        place = f"{title(page)}:{line}"
        if language == "python":
            run_python(text, names, place, folder)
        else:
            run_console(text, place, folder)


@cache
def seed(page: Path, seeds: Path) -> Path:
    """A folder in which the page's examples have run, once for all pages that go on from it."""
    folder = seeds / page.stem
    folder.mkdir()
    run_page(page, folder, seeds)
    return folder


def run_python(text: str, names: dict[str, Any], place: str, folder: Path) -> None:
    """Run a block as a program, or as a doctest where it begins with `>>>`."""
    here = Path.cwd()
    os.chdir(folder)
    try:
        if text.startswith(">>>"):
            _doctest(text, names, place)
        else:
            exec(compile(text, place, "exec"), names)
    finally:
        os.chdir(here)


def _doctest(text: str, names: dict[str, Any], place: str) -> None:
    example = doctest.DocTestParser().get_doctest(text, names, place, place, 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    said: list[str] = []
    runner.run(example, out=said.append, clear_globs=False)
    assert not said, "".join(said)


def run_console(text: str, place: str, folder: Path) -> None:
    """Run each `$ command`, which must print what follows it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, wanted = part.partition("\n")
        while command.endswith("\\"):
            more, _, wanted = wanted.partition("\n")
            command = f"{command[:-1]} {more.removeprefix('> ').strip()}"
        done = subprocess.run(
            ["bash", "-c", re.sub(r"^proofstone ", f"{sys.executable} -m proofstone ", command)],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            env=environment(),
            cwd=folder,
        )
        said = done.stdout + done.stderr
        said += f"[exit {done.returncode}]\n" if done.returncode else ""
        assert re.fullmatch(_pattern(wanted), _squeezed(said), re.DOTALL), (
            f"{place}: {command}\n{said}"
        )


def _pattern(wanted: str) -> str:
    return ".*".join(re.escape(piece) for piece in _squeezed(wanted).split("..."))


def _squeezed(text: str) -> str:
    """`text` with runs of spaces as one: the width of a column is no promise."""
    return "\n".join(re.sub(r" +", " ", line).strip() for line in text.strip().splitlines())
