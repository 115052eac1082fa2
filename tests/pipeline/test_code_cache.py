"""The cache of source files saves time and changes no answer."""

from __future__ import annotations

import os
import time
from pathlib import Path
from unittest import mock

import pytest
from tests.pipeline.library import Library

from proofstone.pipeline.code import Code, CodeIndex

MODULE = "proofstone.measures.power"


def code(cache: Path, module: str) -> Code:
    index = CodeIndex(cache)
    found = index.of([module])
    index.save()
    return found


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "code.json"


def test_a_second_index_reads_no_source(cache: Path) -> None:
    first = code(cache, MODULE)
    reads: list[Path] = []
    original = Path.read_bytes

    def read(path: Path) -> bytes:
        reads.append(path)
        return original(path)

    with mock.patch.object(Path, "read_bytes", read):
        second = code(cache, MODULE)
    assert second == first
    assert [path.name for path in reads] == ["imports.py", "code.json"]


@pytest.mark.parametrize(
    "damage",
    [
        b"", b"{", b"[]", b"null", b'{"files": {}}', b"\xff\xfe",
        b'{"files": 3, "versions": null, "digest": "x"}',
    ],
)  # fmt: skip
def test_a_damaged_file_is_ignored(damage: bytes, cache: Path) -> None:
    first = code(cache, MODULE)
    cache.write_bytes(damage)
    assert code(cache, MODULE) == first


def test_an_altered_entry_is_ignored(cache: Path) -> None:
    first = code(cache, MODULE)
    text = cache.read_text()
    place = text.index('"sha": "') + 8
    other = "0" if text[place] != "0" else "1"
    cache.write_text(text[:place] + other + text[place + 1 :])
    assert code(cache, MODULE) == first


def test_other_content_of_the_same_size_and_time_is_noticed(library: Library, cache: Path) -> None:
    library.write({"acme.py": "x = 1"})
    path = library.folder / "acme.py"
    later = time.time_ns() + 10_000_000_000
    with mock.patch("proofstone.pipeline.code_cache.time.time_ns", return_value=later):
        before = code(cache, "acme")
        stat = path.stat()
        path.write_text("x = 2")
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        assert path.stat().st_mtime_ns == stat.st_mtime_ns
        assert code(cache, "acme") != before


def test_a_file_that_just_changed_is_not_remembered(library: Library, cache: Path) -> None:
    library.write({"acme.py": "x = 1"})
    code(cache, "acme")
    assert not cache.exists() or "acme.py" not in cache.read_text()


def test_a_store_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert code(tmp_path / "file" / "code.json", MODULE).digest
