"""Which files are taken as parts of a model, and why others are not."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from pathlib import Path, PurePosixPath

from proofstone.core.errors import DataError
from proofstone.models.gguf_header import check_gguf
from proofstone.models.sources.known import DIGESTS
from proofstone.models.sources.onnx_header import check_onnx
from proofstone.models.sources.safetensors_header import check_safetensors

WEIGHTS = frozenset({".safetensors", ".gguf", ".onnx"})
MODEL = WEIGHTS | {".json", ".bin", ".jinja"}
"""What a model is made of: weights, tokenizer and configuration, chat template."""

PICKLES = frozenset({".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib", ".dill"})
"""Endings of files that are, or may be, pickles."""

_MOST_TEXT = 1 << 27


def suffix(name: str) -> str:
    """The ending of a file name, in small letters."""
    return PurePosixPath(name).suffix.lower()


def refuse_pickle(name: str, sha256: str | None) -> None:
    """Raise where a file may be a pickle, by its ending, and is none that is known by digest.

    Raises:
        DataError: it may be one; the message says why none is taken.
    """
    if suffix(name) in PICKLES and sha256 not in DIGESTS:
        raise DataError(
            f"{name}: may hold a pickle, and unpickling runs whatever code the file brings along",
            hint="take the safetensors or GGUF file of the same model; where there is none, "
            "convert it on a machine that may be lost, and fetch the safetensors file from there",
        )


def kept(name: str, suffixes: Collection[str]) -> bool:
    """Whether a file of a folder is taken: of a wanted kind, not hidden, and surely no pickle."""
    hidden = any(part.startswith(".") for part in name.split("/"))
    return suffix(name) in suffixes and suffix(name) not in PICKLES and not hidden


def refuse_weightless(place: str, names: Collection[str], left: Collection[str]) -> None:
    """Raise where none of a folder's files are weights that can be taken.

    Raises:
        DataError: none are; where there are pickles, the message says why those are not taken.
    """
    if any(suffix(name) in WEIGHTS for name in names):
        return
    for name in sorted(left):
        refuse_pickle(f"{place}/{name}", None)
    kinds = ", ".join(sorted(WEIGHTS))
    raise DataError(f"{place}: holds no weights", hint=f"name a file or a folder with {kinds}")


def check_file(path: Path, sha256: str, suffixes: Collection[str]) -> None:
    """Raise unless a file may be taken, and is what its ending says as far as its structure shows.

    Raises:
        DataError: its kind is not taken, it may be a pickle, or it is damaged; the message names
            the place.

    Not covered: whether weights do what they should; tables and texts are not looked into.
    """
    refuse_pickle(str(path), sha256)
    ending = suffix(path.name)
    if ending not in suffixes:
        kinds = ", ".join(sorted(suffixes))
        raise DataError(f"{path}: files of this kind are not taken", hint=f"taken are {kinds}")
    if ending in _CHECKS:
        _CHECKS[ending](path)


def _check_json(path: Path) -> None:
    try:
        json.loads(_text(path))
    except RecursionError as error:
        raise DataError(f"{path}: it is nested too deeply", hint="fetch it again") from error
    except ValueError as error:
        raise DataError(f"{path}: is not JSON: {error}", hint="fetch it again") from error


def _check_text(path: Path) -> None:
    _text(path)


def _text(path: Path) -> str:
    if path.stat().st_size > _MOST_TEXT:
        hint = f"at most {_MOST_TEXT >> 20} MiB of text are read"
        raise DataError(f"{path}: is too long to be text of a model", hint=hint)
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: is not UTF-8: {error.reason}", hint="fetch it again") from error


_CHECKS: dict[str, Callable[[Path], object]] = {
    ".safetensors": check_safetensors,
    ".gguf": check_gguf,
    ".onnx": check_onnx,
    ".json": _check_json,
    ".jinja": _check_text,
}
