"""The pages about assistants: their calls are made to a server, and answered as they say."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from tests.docs.pages import BLOCK, DOCS, blocks
from tests.docs.test_serving import ADDRESS, same
from tests.end_to_end.stranger import proofstone
from tests.interfaces.cli.test_feedback import served_project
from tests.interfaces.rest.chat.conftest import Running, serving
from tests.serve.chat.assistants import verified_assistant

from proofstone.interfaces.rest.chat.app import LARGEST
from proofstone.serve.chat.limits import ChatLimits, Keeping

PAGE, FEEDBACK = DOCS / "chat.md", DOCS / "feedback.md"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The assistant of the pages, served."""
    verified = verified_assistant(tmp_path_factory.mktemp("helpdesk"))
    with serving(verified, ChatLimits(slots=1), tmp_path_factory) as found:
        yield found


def calls() -> Iterator[tuple[list[str], str]]:
    """The words of each `curl`, and the JSON that stands after it."""
    found = [(match[1], match[2]) for match in BLOCK.finditer(PAGE.read_text("utf-8"))]
    for (language, command), (after, answer) in pairwise(found):
        if language == "sh" and command.startswith("curl "):
            assert after == "json", command
            yield shlex.split(command), answer


def test_calls_are_answered_as_the_page_says(served: Running) -> None:
    made = 0
    for words, answer in calls():
        url = next(word for word in words if word.startswith(ADDRESS))
        url = url.replace(ADDRESS, served.address)
        if "--json" in words:
            body = json.loads(words[words.index("--json") + 1])
            response = httpx.post(url, json=body, timeout=30)
        else:
            response = httpx.get(url, timeout=30)
        assert same(json.loads(answer), response.json()), f"{words}\n{response.text}"
        made += 1
    assert made == 5


@pytest.mark.parametrize(("page", "printed"), [(PAGE, "来源："), (FEEDBACK, "'recorded': True")])
def test_programs_of_the_pages_run(served: Running, page: Path, printed: str) -> None:
    (program,) = (text for _, _, text in blocks(page, "text") if text.startswith("from openai"))
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(program.replace(ADDRESS, served.address), page.name, "exec"), {})
    assert printed in said.getvalue()


def test_its_statuses_are_those_of_the_server() -> None:
    rows = re.findall(r"^\| (\d.*?) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    told = {int(status) for row in rows for status in row.split(", ")}
    assert told == {400, 404, 413, 415, 421, 503, 504}


def test_its_numbers_are_the_limits_in_force() -> None:
    text = " ".join(PAGE.read_text("utf-8").split())
    chat, kept = ChatLimits(), Keeping()
    for said in (
        f"at most {chat.turns} turns with {chat.characters:,} characters",
        f"and {chat.waiting} requests wait",
        f"within {chat.deadline:g} seconds",
        f"At most {chat.texts} texts",
        f"The last {kept.turns} turns with {kept.characters:,} characters of "
        f"{kept.conversations:,} conversations",
        f"above {LARGEST >> 20} MiB",
    ):
        assert said in text
    assert kept.seconds == 1_800


def test_the_table_of_feedback_is_what_the_command_prints(tmp_path: Path) -> None:
    told = proofstone("feedback", "latest", "-C", served_project(tmp_path)).out
    (table,) = (text for _, _, text in blocks(FEEDBACK, "text") if text.startswith("language"))
    shown, printed = ([line.split() for line in one.splitlines()] for one in (table, told))
    assert shown == printed
