from __future__ import annotations

from pathlib import Path

import pytest

from proofstone.vault.keys import SigningKey

FILES = {
    "weights.bin": b"\x00\x01" * 700,
    "a/b": b"nested",
    "a.b": b"sorts after a/b",
    ".hidden": b"counts",
    "sub/.gitattributes": b"counts too",
    "sub/deeper/empty": b"",
    "名字.txt": "中文".encode(),
}


@pytest.fixture(scope="session")
def key() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture
def files() -> dict[str, bytes]:
    return dict(FILES)


@pytest.fixture
def tree(tmp_path: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = tmp_path / "model" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path / "model"
