"""Small files of models, and packages that hold some."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors.numpy import save


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def weights(value: float = 1.0) -> bytes:
    """A safetensors file with two tensors: 6 and 2 values."""
    first = np.full((2, 3), value, dtype=np.float32)
    return save({"a": first, "b": np.zeros((2,), dtype=np.float16)})


CONFIG = json.dumps({"model_type": "bert", "max_position_embeddings": 128}).encode()
LICENCE = "License: Apache-2.0\n"


def wheel(
    at: Path,
    files: Mapping[str, bytes],
    *,
    name: str = "tiny",
    version: str = "1.0",
    record: Mapping[str, str] | None = None,
) -> Path:
    """A wheel with these files; `record` has SHA-256 that are not theirs."""
    info = f"{name}-{version}.dist-info"
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{LICENCE}"
    kind = "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    whole = {**files, f"{info}/METADATA": about.encode(), f"{info}/WHEEL": kind.encode()}
    lines = []
    for path, data in whole.items():
        digest = bytes.fromhex((record or {}).get(path, sha256(data)))
        code = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        lines.append(f"{path},sha256={code},{len(data)}")
    whole[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,", ""]).encode()
    path = at / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for inner, data in whole.items():
            archive.writestr(inner, data)
    return path


def sdist(
    at: Path, files: Mapping[str, bytes], *, name: str = "tiny", version: str = "1.0"
) -> Path:
    """A source archive with these files below its top folder."""
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{LICENCE}"
    path = at / f"{name}-{version}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for inner, data in {**files, "PKG-INFO": about.encode()}.items():
            member = tarfile.TarInfo(f"{name}-{version}/{inner}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path
