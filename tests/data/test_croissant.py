from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import mlcroissant
import polars as pl
import pytest

from proofstone.core.project.schema import Data, Task
from proofstone.data.croissant import DataFile, croissant
from proofstone.data.kinds import typed
from proofstone.data.profile import table_profile
from proofstone.data.table import Table, parquet

VALIDATE = (
    "import socket, sys\n"
    "def refuse(*_, **__): raise OSError('no network in this test')\n"
    "socket.socket.connect = refuse\n"
    "from mlcroissant.scripts.cli import main\n"
    "main()\n"
)


@pytest.fixture
def folder(tmp_path: Path, loans: pl.DataFrame) -> Path:
    frame = loans.rename({"debt": 'debt / "总额" & more'}).with_columns(ok=pl.col("income") > 1500)
    data = Data.model_validate(
        {
            "source": "my loans.csv",
            "licence": "CC-BY-4.0",
            "citation": "Nobody (2024)",
            "description": "Loans, 贷款",
            "columns": {"income": {"type": "number", "unit": "yuan", "meaning": "A month's pay"}},
        }
    )
    table = Table(*typed(frame, data.columns))
    task = Task(label="deny", positive="yes", protected=["sex"])
    stored = parquet(table.frame)
    (tmp_path / "table.parquet").write_bytes(stored)
    file = DataFile("table.parquet", hashlib.sha256(stored).hexdigest(), len(stored))
    document = croissant({"name": "loans", **table_profile(table, data, task)}, "", file)
    (tmp_path / "croissant.json").write_text(json.dumps(document), "utf-8")
    return tmp_path


def validated(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", VALIDATE, "validate", "--jsonld", "croissant.json"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_stock_validator_accepts_it_offline(folder: Path) -> None:
    done = validated(folder)
    assert done.returncode == 0, done.stderr
    assert "Done." in done.stderr


@pytest.mark.filterwarnings("ignore")
def test_its_validator_would_refuse_it_without_a_digest(folder: Path) -> None:
    document = json.loads((folder / "croissant.json").read_text("utf-8"))
    del document["distribution"][0]["sha256"]
    with pytest.raises(mlcroissant.ValidationError, match="sha256"):
        mlcroissant.Dataset(document)


@pytest.mark.filterwarnings("ignore")
def test_the_rows_can_be_read_by_it(folder: Path, loans: pl.DataFrame) -> None:
    dataset = mlcroissant.Dataset(str(folder / "croissant.json"))
    rows = list(dataset.records("rows"))
    assert [row["rows/income"] for row in rows] == loans["income"].to_list()
    assert [row["rows/deny"].decode() for row in rows] == loans["deny"].to_list()


def test_it_says_licence_citation_and_columns(folder: Path) -> None:
    document: dict[str, Any] = json.loads((folder / "croissant.json").read_text("utf-8"))
    assert document["license"] == "CC-BY-4.0"
    assert document["citeAs"] == "Nobody (2024)"
    fields = document["recordSet"][0]["field"]
    assert [one["dataType"] for one in fields] == [
        "sc:Float",
        "sc:Float",
        "sc:Text",
        "sc:Text",
        "sc:Boolean",
    ]
    assert fields[0]["description"] == "A month's pay; unit: yuan; role: feature"
