"""The page about serving: its calls are made to a server, and answered as it says."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.docs.pages import BLOCK, DOCS, environment, seed

PAGE = DOCS / "serving.md"
ADDRESS = "http://127.0.0.1:8080"


@pytest.fixture(scope="module")
def address(seeds: Path) -> Iterator[str]:
    """Where the release of the quick start is served."""
    folder = seed(DOCS / "quickstart.md", seeds)
    command = [sys.executable, "-m", "proofstone", "serve", "-C", "loans", "--port", "0", "--json"]
    with subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        env=environment() | {"PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        said = ""
        while "}" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        yield json.loads(said)["address"]
        process.send_signal(signal.SIGINT)


def calls() -> Iterator[tuple[list[str], str]]:
    """The words of each `curl`, and the JSON that stands after it."""
    found = [(match[1], match[2]) for match in BLOCK.finditer(PAGE.read_text("utf-8"))]
    for (language, command), (after, answer) in pairwise(found):
        if language == "sh" and command.startswith("curl "):
            assert after == "json", command
            yield shlex.split(command), answer


def same(wanted: Any, found: Any) -> bool:
    """Whether an answer is the one shown: `…` is anything, numbers hold to three places."""
    if wanted == "…":
        return True
    if isinstance(wanted, dict):
        return (
            isinstance(found, dict)
            and wanted.keys() == found.keys()
            and all(same(wanted[key], found[key]) for key in wanted)
        )
    if isinstance(wanted, list):
        return len(wanted) == len(found) and all(map(same, wanted, found))
    if isinstance(wanted, float):
        return abs(wanted - found) < 6e-4
    return bool(wanted == found)


def test_calls_are_answered_as_the_page_says(address: str) -> None:
    made = 0
    for words, answer in calls():
        url = next(word for word in words if word.startswith(ADDRESS))
        url = url.replace(ADDRESS, address)
        if "--json" in words:
            body = words[words.index("--json") + 1]
            headers = {"content-type": "application/json"}
            response = httpx.post(url, content=body, headers=headers, timeout=30)
        else:
            response = httpx.get(url, timeout=30)
        assert same(json.loads(answer), response.json()), f"{words}\n{response.text}"
        made += 1
    assert made >= 5


def test_its_statuses_are_those_of_the_server() -> None:
    from proofstone.interfaces.rest.problems import STATUSES

    rows = re.findall(r"^\| (\d.*?) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    told = {int(status) for row in rows for status in row.split(", ")}
    known = {status for _, status in STATUSES} | {421}
    assert {400, 404, 422} <= told <= known
