from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from proofstone.core.errors import DataError
from proofstone.core.project.schema import Data
from proofstone.data.read import read, read_table
from proofstone.data.sources.files import files
from proofstone.data.table import Table

MESSY = (
    "\ufeffid;年龄;income;city\r\n"
    '1;34;"1,000";北京\r\n'
    "2;NA;2000;\r\n"
    "3;51;n/a;上海\r\n"
    "4;inf;oops;北京\r\n"
)


def settings(directory: Path, **data: Any) -> dict[str, Any]:
    found = Data.model_validate({"source": "t.csv", **data}).model_dump(mode="json")
    return {"data": found, "fingerprint": files.fingerprint("t.csv", directory)}


def test_every_row_is_kept_and_nothing_is_mended(tmp_path: Path, run: Any) -> None:
    (tmp_path / "t.csv").write_text(MESSY, "utf-8", newline="")
    given = settings(tmp_path, columns={"income": {"type": "number"}}, licence="CC0")
    out = run(read, given, plugins={"source": files}, directory=tmp_path)["table"]
    table = Table.open(out)
    assert table.frame["income"].to_list() == ["1,000", "2000", None, "oops"]
    assert table.frame["年龄"].to_list() == [34.0, None, 51.0, float("inf")]
    assert table.frame["city"].to_list() == ["北京", None, "上海", "北京"]
    schema = json.loads(out.read("schema.json"))
    assert schema["rows"] == 4
    assert schema["columns"][2] == {"name": "income", "type": "String", "kind": "number"}
    assert schema["encoding"] == "utf-8"
    assert schema["delimiter"] == ";"
    assert schema["fingerprint"] == given["fingerprint"]
    assert schema["licence"] == "CC0"


def test_the_same_file_gives_the_same_bytes(tmp_path: Path, run: Any) -> None:
    (tmp_path / "t.csv").write_text(MESSY, "utf-8", newline="")
    given: dict[str, Any] = {"plugins": {"source": files}, "directory": tmp_path}
    one, two = (run(read, settings(tmp_path), **given)["table"] for _ in range(2))
    assert one.draft == two.draft


def test_gbk_is_refused_then_read_when_declared(tmp_path: Path, run: Any) -> None:
    (tmp_path / "t.csv").write_bytes(MESSY.removeprefix("\ufeff").encode("gbk"))
    with pytest.raises(DataError, match="looks like GBK") as caught:
        run(read, settings(tmp_path), plugins={"source": files}, directory=tmp_path)
    assert caught.value.exit_code == 2
    assert "encoding: gbk" in caught.value.hint
    out = run(
        read, settings(tmp_path, encoding="gbk"), plugins={"source": files}, directory=tmp_path
    )
    assert Table.open(out["table"]).frame.columns[1] == "年龄"


def test_a_file_that_changed_since_the_plan_is_refused(tmp_path: Path, run: Any) -> None:
    (tmp_path / "t.csv").write_text(MESSY, "utf-8", newline="")
    planned = settings(tmp_path)
    (tmp_path / "t.csv").write_text(MESSY + "5;20;3;Wien\r\n", "utf-8", newline="")
    with pytest.raises(DataError, match="was changed since the run began"):
        run(read, planned, plugins={"source": files}, directory=tmp_path)


def test_names_that_quarantine_needs_are_reserved(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,__row__\n1,2\n")
    with pytest.raises(DataError, match="__row__ is reserved"):
        read_table(files, Data(source="t.csv"), tmp_path)
