from __future__ import annotations

import hashlib
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from tests.models.sources.files import sdist, sha256

from proofstone.core.errors import InputError
from proofstone.models.sources.fetch import fetch

ADDRESS = "package://tiny==1.0/tiny/neg.txt"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a package index on loopback; `page` writes what it says of `tiny`."""
    folder = tmp_path / "simple/tiny"
    folder.mkdir(parents=True)

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(tmp_path))

        def log_message(self, *_: Any) -> None:
            """Keep quiet."""

        def copyfile(self, source: Any, outputfile: Any) -> None:
            data = source.read()
            cut = (tmp_path / "cut").exists() and self.path.endswith(".gz")
            outputfile.write(data[: len(data) // 2] if cut else data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=lambda: server.serve_forever(0.01), daemon=True)
    thread.start()
    for name, value in {
        "PIP_INDEX_URL": f"http://127.0.0.1:{server.server_port}/simple",
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_NO_CACHE_DIR": "1",
        "PIP_RETRIES": "0",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    yield folder
    server.shutdown()
    server.server_close()
    thread.join()


def publish(index: Path, digest: str | None = None, *, stated: bool = True) -> None:
    archive = sdist(index, {"tiny/neg.txt": b"bad\n", "setup.py": b"1/0"})
    digest = digest or hashlib.sha256(archive.read_bytes()).hexdigest()
    fragment = f"#sha256={digest}" if stated else ""
    link = f'<a href="{archive.name}{fragment}">{archive.name}</a>'
    (index / "index.html").write_text(f"<!DOCTYPE html><html><body>{link}</body></html>")


def test_a_source_archive_comes_from_an_index(index: Path, folder: Path) -> None:
    publish(index)
    assert fetch(ADDRESS, folder=folder, suffixes={".txt"}).sha256 == sha256(b"bad\n")


def test_another_archive_than_the_index_describes_is_refused(index: Path, folder: Path) -> None:
    publish(index, "0" * 64)
    with pytest.raises(InputError, match="another sha256 than the registry gives"):
        fetch(ADDRESS, folder=folder, suffixes={".txt"})


def test_an_archive_that_is_cut_off_is_not_used(index: Path, folder: Path) -> None:
    publish(index, stated=False)
    (index.parents[1] / "cut").touch()
    with pytest.raises(InputError, match=r"tiny==1\.0: .*(was cut off|IncompleteRead)"):
        fetch(ADDRESS, folder=folder, suffixes={".txt"})
    assert not list(folder.glob("objects/*"))
