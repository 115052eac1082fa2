"""A release of a stranger's table, served over HTTP by the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest
from tests.end_to_end.stranger import copy, environment, proofstone

ROWS: dict[str, list[Any]] = {
    "age": [30, 50], "income": [2000.5, None], "城市": ["上海", None], "job": ["clerk", "driver"],
}  # fmt: skip
TYPES = {"age": "FP64", "income": "FP64", "城市": "BYTES", "job": "BYTES"}


def request(rows: dict[str, list[Any]]) -> dict[str, Any]:
    return {
        "inputs": [
            {"name": name, "datatype": TYPES[name], "shape": [len(data)], "data": data}
            for name, data in rows.items()
        ]
    }


@pytest.fixture(scope="module")
def served(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of `proofstone serve` on an exported release, at the release's own model."""
    own = copy(project, tmp_path_factory.mktemp("served") / "project")
    release = own.parent / "release"
    assert proofstone("export", "latest", release, "-C", own).status == 0
    key = release.with_name("release.pub")
    command = [
        sys.executable, "-m", "proofstone", "serve", release, "--key", key, "--port", "0", "--json",
    ]  # fmt: skip
    server = subprocess.Popen(
        command, env=environment(PYTHONPATH=os.pathsep.join(sys.path)), stdout=subprocess.PIPE,
        text=True, cwd=release.parent,
    )  # fmt: skip
    assert server.stdout is not None
    said = ""
    while not said.endswith("}\n"):
        line = server.stdout.readline()
        assert line, f"it ended: {server.wait()}"
        said += line
    with httpx.Client(base_url=json.loads(said)["address"]) as client:
        yield client
    server.send_signal(signal.SIGINT)
    assert server.wait(20) == 0
    server.stdout.close()


def test_it_is_ready_and_says_what_it_takes(served: httpx.Client) -> None:
    assert served.get("/v2/health/ready").status_code == 200
    metadata = served.get("/v2/models/project").json()
    assert {one["name"]: one["datatype"] for one in metadata["inputs"]} == TYPES


def test_answers_are_those_of_predict(served: httpx.Client, project: Path, tmp_path: Path) -> None:
    answer = served.post("/v2/models/project/infer", json=request(ROWS))
    assert answer.status_code == 200, answer.text
    outputs = {one["name"]: one["data"] for one in answer.json()["outputs"]}
    pl.DataFrame(ROWS).write_csv(tmp_path / "rows.csv")
    words = ("predict", tmp_path / "rows.csv", "-o", tmp_path / "out.parquet")
    assert proofstone(*words, "--release", "latest", "-C", project).status == 0
    predicted = pl.read_parquet(tmp_path / "out.parquet")
    assert outputs["score"] == predicted["score"].to_list()
    assert outputs["label"] == predicted["label"].to_list()
    assert outputs["decision"] == predicted["decision"].to_list()


def test_explanations_are_those_of_explain(
    served: httpx.Client, project: Path, tmp_path: Path
) -> None:
    answer = served.post("/v2/models/project/explain", json=request(ROWS)).json()
    pl.DataFrame(ROWS).write_csv(tmp_path / "rows.csv")
    told = proofstone("explain", tmp_path / "rows.csv", "-C", project, "--json").document
    assert answer["rows"] == told["rows"]
    assert len(told["rows"]) == 2


def test_a_wrong_row_is_named_by_its_field(served: httpx.Client) -> None:
    wrong = ROWS | {"age": ["old", "older"]}
    answer = served.post("/v2/models/project/infer", json=request(wrong))
    assert answer.status_code == 422
    assert "age" in answer.text


def test_a_taken_port_and_a_public_address_are_refused(served: httpx.Client, project: Path) -> None:
    taken = proofstone(
        "serve", "latest", "--port", str(served.base_url.port), "-C", project, "--json"
    )
    assert taken.status == 2
    assert str(served.base_url.port) in taken.error["message"]
    public = proofstone("serve", "latest", "--host", "0.0.0.0", "-C", project, "--json")
    assert public.status == 2
    assert "loopback" in public.error["message"]
