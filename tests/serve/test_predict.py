from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from proofstone.core.errors import DataError, InputError, StoreError
from proofstone.models.errors import RowError
from proofstone.registry.verify import VerifiedModel
from proofstone.serve.explain import explain_file
from proofstone.serve.predict import predict_file
from proofstone.serve.server import ModelServer
from proofstone.serve.table import BATCH

ROWS: list[dict[str, Any]] = [
    {"income": float(n % 50), "purpose": ("car", "home", "trip")[n % 3], "employed": n % 2 == 0}
    for n in range(BATCH + 10)
]
ROWS[7]["income"] = None
HEADER = "income,purpose,employed"


def read(path: Path) -> pl.DataFrame:
    readers = {".csv": pl.read_csv, ".parquet": pl.read_parquet, ".jsonl": pl.read_ndjson}
    return readers[path.suffix](path)


@pytest.mark.parametrize("source", ["csv", "parquet", "jsonl"])
@pytest.mark.parametrize("target", ["csv", "parquet", "jsonl"])
def test_every_format_gives_the_servers_own_answers(
    verified: VerifiedModel, tmp_path: Path, source: str, target: str
) -> None:
    frame = pl.DataFrame(ROWS).with_columns(other=pl.lit("passed over"))
    path, output = tmp_path / f"rows.{source}", tmp_path / f"out.{target}"
    writers = {"csv": frame.write_csv, "parquet": frame.write_parquet, "jsonl": frame.write_ndjson}
    writers[source](path)
    assert predict_file(verified, path, output) == len(ROWS)
    answers = asyncio.run(ModelServer(verified).predict(ROWS))
    expected = pl.DataFrame(answers).insert_column(0, pl.Series("row", range(len(ROWS))))
    assert read(output).equals(expected.select("row", "label", "score", "decision"))


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (f"{HEADER}\r\n20,home,TRUE\r\n", "utf-8"),
        (f"{HEADER}\n20,home,yes\n\n", "utf-8-sig"),
        ("employed;purpose;income\n1;home;20", "utf-8"),
        (f'{HEADER},x\n" 20.0 ",home,t,"a\nb"\n', "utf-16"),
    ],
)
def test_csv_as_others_write_it(
    verified: VerifiedModel, tmp_path: Path, content: str, encoding: str
) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(content.encode(encoding))
    assert predict_file(verified, path, tmp_path / "out.csv") == 1
    row = {"income": 20.0, "purpose": "home", "employed": True}
    [answer] = asyncio.run(ModelServer(verified).predict([row]))
    assert read(tmp_path / "out.csv")["score"].item() == answer["score"]


def bad(content: str, match: str, name: str = "rows.csv") -> Any:
    return pytest.param(name, content.encode(), match, id=match[:40])


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        bad(f"{HEADER}\n1,car,yes\nmany,car,yes\n", r"rows\.csv: row 1, field income: 'many' is"),
        bad(f"{HEADER}\n1,car,perhaps\n", "row 0, field employed: 'perhaps' is not true or false"),
        bad("income,purpose\n1,car\n", 'has no column "employed", which the model needs'),
        bad("income,income\n1,car\n", 'line 1: two columns are called "income"'),
        bad(f"{HEADER}\n1,car\n", "line 2: 2 fields where the header has 3"),
        bad(f'{HEADER}\n1,"car,yes\n', "line 2: unexpected end of data"),
        bad(f"{HEADER}\n", "has no rows"),
        bad("", "the file is empty"),
        bad('{"income": 1}\n', 'has no column "purpose"', "rows.jsonl"),
        bad("{}\n[1]\n", "line 2: not a JSON object", "rows.jsonl"),
        bad("{", "line 1: not JSON", "rows.jsonl"),
        bad(
            '{"income": [1], "purpose": "a", "employed": true}',
            "row 0, field income: a list is not a number",
            "rows.jsonl",
        ),
        bad("PAR1", "not a whole Parquet file", "rows.parquet"),
        bad(HEADER, "the name does not say", "rows.xlsx"),
        pytest.param("rows.csv", HEADER.encode() + b"\n1,\xd6\xd0,1", "not valid utf-8", id="gbk"),
    ],
)
def test_bad_input_is_named_and_nothing_is_written(
    verified: VerifiedModel, tmp_path: Path, name: str, content: bytes, match: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=match) as raised:
        predict_file(verified, tmp_path / name, tmp_path / "out.csv")
    assert raised.value.hint
    assert raised.value.exit_code == 2
    assert not (tmp_path / "out.csv").exists()


def test_a_fault_in_a_later_batch_counts_rows_of_the_file(
    verified_model: Callable[..., VerifiedModel], verified: VerifiedModel, tmp_path: Path
) -> None:
    rows = [dict(row, income=1.0) for row in ROWS]
    path, output = tmp_path / "rows.jsonl", tmp_path / "out.csv"
    rows[-1]["income"] = None
    path.write_text("\n".join(json.dumps(row) for row in rows))
    with pytest.raises(RowError, match=rf"rows\.jsonl: row {len(ROWS) - 1}, field income: "):
        predict_file(verified_model(missing="refuse"), path, output)
    rows[-1]["income"] = "x"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    with pytest.raises(RowError, match=rf"rows\.jsonl: row {len(ROWS) - 1}, field income: 'x'"):
        predict_file(verified, path, output)


def test_outputs_that_cannot_be(verified: VerifiedModel, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(f"{HEADER}\n20,home,yes\n")
    with pytest.raises(InputError, match="does not say what to write"):
        predict_file(verified, path, tmp_path / "out.xlsx")
    with pytest.raises(InputError, match="would overwrite its own input"):
        predict_file(verified, path, path)
    with pytest.raises(StoreError, match="below"):
        predict_file(verified, path, path / "below.csv")
    with pytest.raises(DataError, match="cannot be read"):
        predict_file(verified, tmp_path / "absent.csv", tmp_path / "out.csv")
    assert path.read_text().startswith(HEADER)


def test_the_first_rows_of_a_file_are_explained(verified: VerifiedModel, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    pl.DataFrame(ROWS).write_csv(path)
    document = explain_file(verified, path, limit=3)
    assert document["release"] == verified.release
    assert [row["row"] for row in document["rows"]] == [0, 1, 2]
    for row in document["rows"]:
        total = document["base"] + sum(one["contribution"] for one in row["contributions"])
        assert 1 / (1 + math.exp(-total)) == pytest.approx(row["score"], abs=1e-12)
    json.dumps(document)
