from __future__ import annotations

import io
import pickle
from pathlib import Path

import polars as pl
import pytest

from proofstone.core.errors import DataError
from proofstone.data.sources.files import files, locate
from proofstone.data.sources.opening import open_file, read_file

TABLE = "name;income;deny\r\nÅsa;1;yes\r\nBo;2;no\r\n"


def put(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def test_csv_says_how_it_was_read(tmp_path: Path) -> None:
    put(tmp_path / "t.csv", TABLE.encode("utf-16"))
    reading = files.read("t.csv", tmp_path)
    assert (reading.format, reading.encoding, reading.delimiter) == ("csv", "utf-16", ";")
    assert reading.frame["name"].to_list() == ["Åsa", "Bo"]
    assert files.read(f"file://{tmp_path / 't.csv'}", Path("/")).frame.equals(reading.frame)


def test_read_file_gives_types(tmp_path: Path) -> None:
    frame = read_file(put(tmp_path / "t.csv", TABLE))
    assert frame.schema == {"name": pl.String, "income": pl.Float64, "deny": pl.String}


def test_formats_agree(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": [1.0, None], "b": ["x", "y"], "c": [True, False]})
    by_name = put(tmp_path / "t.parquet", parquet(frame))
    by_content = put(tmp_path / "t.data", parquet(frame))
    lines = put(tmp_path / "t.jsonl", frame.write_ndjson())
    for path in (by_name, by_content, lines):
        assert open_file(path).frame.equals(frame)


def test_fingerprint_follows_the_content_only(tmp_path: Path) -> None:
    put(tmp_path / "a.csv", TABLE)
    put(tmp_path / "b.csv", TABLE)
    put(tmp_path / "c.csv", TABLE + "C;3;no\r\n")
    one, two, three = (files.fingerprint(f"{name}.csv", tmp_path) for name in "abc")
    assert one == two != three


class Trap:
    def __reduce__(self) -> tuple[object, ...]:
        return (pytest.fail, ("a pickle was opened",))


@pytest.mark.parametrize("name", ["m.pkl", "m.pickle", "m.joblib", "m.csv", "m.parquet"])
def test_pickles_are_refused_unopened(tmp_path: Path, name: str) -> None:
    path = put(tmp_path / name, pickle.dumps(Trap()))
    with pytest.raises(DataError, match="a pickle, which can run any program") as caught:
        open_file(path)
    assert "Parquet" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("t.csv", b"", "is empty"),
        ("t.parquet", b"", "is empty"),
        ("t.xlsx", b"PK\x03\x04", "a workbook"),
        ("t.csv", b"PK\x03\x04", "an archive or a workbook"),
        ("t.csv.gz", b"\x1f\x8b", "compressed"),
        ("t.json", b"[]", "one object a line"),
        ("t.parquet", b"PAR1 and no more", "not a whole Parquet file"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        open_file(put(tmp_path / name, data))


def test_damaged_parquet_never_crashes(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": list(range(50)), "b": [str(row) for row in range(50)]})
    whole = parquet(frame)
    for end in range(4, len(whole) - 1, 37):
        with pytest.raises(DataError):
            open_file(put(tmp_path / "t.parquet", whole[:end]))


def test_a_table_without_rows_is_refused(tmp_path: Path) -> None:
    empty = pl.DataFrame({"a": []}, schema={"a": pl.Float64})
    with pytest.raises(DataError, match="no rows"):
        open_file(put(tmp_path / "t.parquet", parquet(empty)))


def test_absent_files_name_the_nearest(tmp_path: Path) -> None:
    put(tmp_path / "loans.csv", TABLE)
    with pytest.raises(DataError, match="no such file") as caught:
        locate("lons.csv", tmp_path)
    assert caught.value.hint == "did you mean loans.csv?"
    with pytest.raises(DataError, match="no such file"):
        files.fingerprint("nowhere/loans.csv", tmp_path)
    with pytest.raises(DataError, match="a folder"):
        locate(".", tmp_path)


def test_unreadable_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "t.csv", TABLE)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match="cannot be read: Permission denied"):
        files.read("t.csv", tmp_path)
    with pytest.raises(DataError, match="cannot be read: Permission denied"):
        files.fingerprint("t.csv", tmp_path)
