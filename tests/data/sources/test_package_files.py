from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from proofstone.core.errors import DataError, InputError, VerificationError
from proofstone.data.sources import package_files as module
from proofstone.data.sources.package_files import PackageFiles, package_files
from proofstone.models.sources.fetch import fetch

ADDRESS = "package://reviews==1.0/data"
HERE = Path()
LINES = {
    "neg.txt": "太差了\n\n 不好用 \n太差了\n一般\n",
    "pos.txt": "很好\r\n一般\n非常喜欢\n推荐\n值得\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for what the package holds; the fetching is tested elsewhere."""
    content = tmp_path / "content"
    content.mkdir()
    for name, text in LINES.items():
        (content / name).write_bytes(text.encode())
    monkeypatch.setenv("PROOFSTONE_MODELS", str(tmp_path / "shelf"))

    def local(address: str, **about: object) -> object:
        path = content / address.removeprefix(ADDRESS).removeprefix("/")
        return fetch(str(path), **about)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "fetch", local)
    return content


def test_each_distinct_line_is_a_row_labelled_by_its_file(folder: Path) -> None:
    reading = package_files.read(ADDRESS, HERE)
    assert (reading.format, reading.encoding) == ("lines", "utf-8")
    assert reading.frame.rows() == [
        ("太差了", "neg"), ("不好用", "neg"), ("很好", "pos"), ("非常喜欢", "pos"),
        ("推荐", "pos"), ("值得", "pos"),
    ]  # fmt: skip
    assert reading.frame.columns == ["text", "label"]


def test_a_draw_is_repeatable_and_keeps_the_order(folder: Path) -> None:
    whole = package_files.read(ADDRESS, HERE).frame
    once, again, other = (
        package_files.read(f"{ADDRESS}?rows=3&seed={seed}", HERE).frame for seed in (1, 1, 2)
    )
    places = [whole["text"].to_list().index(text) for text in once["text"]]
    assert once.equals(again)
    assert not once.equals(other)
    assert len(places) == 3
    assert places == sorted(places)
    assert package_files.read(f"{ADDRESS}?rows=60", HERE).frame.equals(whole)


def test_the_fingerprint_is_that_of_what_is_read(folder: Path) -> None:
    uris = [ADDRESS, f"{ADDRESS}?rows=3", f"{ADDRESS}?rows=3&seed=4"]
    prints = [package_files.fingerprint(uri, HERE) for uri in uris]
    assert prints == [package_files.read(uri, HERE).fingerprint for uri in uris]
    assert len(set(prints)) == 3
    (folder / "pos.txt").write_text("不错\n")
    assert package_files.fingerprint(ADDRESS, HERE) != prints[0]


def test_a_table_in_a_package_is_read_as_any_other(folder: Path) -> None:
    pl.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]}).write_csv(folder / "table.csv")
    reading = package_files.read(f"{ADDRESS}/table.csv?rows=2", HERE)
    assert (reading.format, reading.delimiter, reading.frame.height) == ("csv", ",", 2)
    assert np.isin(reading.frame["b"], ["x", "y", "z"]).all()


def test_a_wrong_digest_is_refused(folder: Path) -> None:
    digest = fetch(str(folder), folder=folder.parent / "s", suffixes=(".txt",)).sha256
    assert package_files.read(f"{ADDRESS}?sha256={digest}", HERE).frame.height == 6
    with pytest.raises(VerificationError, match="was expected"):
        package_files.read(f"{ADDRESS}?sha256={'0' * 64}", HERE)


@pytest.mark.parametrize(
    ("query", "said"),
    [("rows=0", "rows=0 is no whole number from 1"), ("rows=ten", "rows=ten"),
     ("seed=-1", "seed=-1"), ("rows=", "rows= "), ("row=3", "'row' is no option")],
)  # fmt: skip
def test_options_are_checked(query: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        PackageFiles().fingerprint(f"{ADDRESS}?{query}", HERE)


def test_a_folder_that_is_no_table_says_why(folder: Path) -> None:
    (folder / "pos.txt").write_text("\n \n")
    with pytest.raises(DataError, match=r"pos\.txt is empty"):
        package_files.read(ADDRESS, HERE)
    (folder / "pos.txt").unlink()
    with pytest.raises(DataError, match="1 files of lines"):
        package_files.read(ADDRESS, HERE)


def test_bytes_that_are_no_text_are_refused(folder: Path) -> None:
    (folder / "pos.txt").write_bytes("很好，非常喜欢，质量不错，值得购买".encode("gbk"))
    with pytest.raises(DataError, match=r"pos\.txt"):
        package_files.read(ADDRESS, HERE)
    for name, text in LINES.items():
        (folder / name).write_bytes(text.encode("gbk"))
    reading = package_files.read(ADDRESS, HERE, "gbk")
    assert (reading.encoding, reading.frame.height) == ("gbk", 6)
