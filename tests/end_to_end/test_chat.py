"""An assistant's release in its project, served by the command line, asked, rated and counted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openai import OpenAI
from tests.end_to_end.stranger import environment, proofstone
from tests.registry.releases import PAGE
from tests.serve.chat.assistants import assistant_files_of, assistant_model, record

from proofstone.api import Workspace
from proofstone.registry.register import register


@pytest.fixture(scope="module")
def helpdesk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has one release, as a run leaves it."""
    folder = tmp_path_factory.mktemp("helpdesk")
    (folder / "proofstone.yaml").write_text("name: helpdesk\n")
    space = Workspace(folder)
    files = assistant_files_of(assistant_model())
    register(space.store, files, record(files), PAGE, space.keys.signing())
    space.store.close()
    return folder


@pytest.fixture(scope="module")
def served(helpdesk: Path) -> Iterator[OpenAI]:
    """A client of `proofstone serve`."""
    command = [sys.executable, "-m", "proofstone", "serve", "latest", "-C", helpdesk, "--port", "0",
               "--slots", "1", "--json"]  # fmt: skip
    with subprocess.Popen(
        command, env=environment(PYTHONPATH=os.pathsep.join(sys.path)), stdout=subprocess.PIPE,
        text=True,
    ) as server:  # fmt: skip
        assert server.stdout is not None
        said = ""
        while not said.endswith("}\n"):
            line = server.stdout.readline()
            assert line, f"it ended: {server.wait()}"
            said += line
        base = f"{json.loads(said)['address']}/v1"
        with OpenAI(base_url=base, api_key="none", max_retries=0) as client:
            yield client
        server.send_signal(signal.SIGINT)
        assert server.wait(30) == 0


def ask(client: OpenAI, question: str) -> Any:
    turn: Any = {"role": "user", "content": question}
    return client.chat.completions.create(model="helpdesk", messages=[turn])


def test_answers_are_rated_and_counted(served: OpenAI, helpdesk: Path) -> None:
    answer = ask(served, "怎样验证发布版本？")
    assert "来源：" in answer.choices[0].message.content
    ask(served, "What is the weather on Mars today?")
    said = {"id": answer.id, "satisfied": True, "comment": "谢谢"}
    recorded: Any = served.post("/feedback", body=said, cast_to=object)
    assert recorded["recorded"] is True
    document = proofstone("feedback", "latest", "-C", helpdesk, "--json").document
    every, english, chinese = document["groups"]
    assert (every["answers"], english["answers"], chinese["answers"]) == (2, 1, 1)
    assert every["handed_over"]["value"] == 0.5
    assert (chinese["satisfied"]["value"], chinese["satisfied"]["n"]) == (1.0, 1)
    assert every["resolved"]["n"] == 0
    assert document["comments"][0]["comment"] == "谢谢"


def test_an_assistant_predicts_no_rows(helpdesk: Path, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a\n1\n")
    told = proofstone("predict", tmp_path / "rows.csv", "-o", tmp_path / "out.csv",
                      "--release", "latest", "-C", helpdesk, "--json")  # fmt: skip
    assert told.status == 2
    assert "is an assistant" in told.error["message"]
