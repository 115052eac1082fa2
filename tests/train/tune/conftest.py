"""Base models that tuning is tried on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from tests.models.gguf_files import smollm2
from tests.train.tune.tiny import write_tiny

from proofstone.train.tune.load import Base, load_base


@pytest.fixture(scope="package", autouse=True)
def one_thread() -> Iterator[None]:
    """Sums are added up in one order, so that bytes can be compared."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="package")
def tiny_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model's file."""
    return write_tiny(tmp_path_factory.mktemp("tiny") / "tiny.gguf")


@pytest.fixture(scope="package")
def tiny(tiny_path: Path) -> Base:
    """The tiny model. Tuning leaves it as it was, so the tests share it."""
    return load_base(tiny_path)


@pytest.fixture(scope="package")
def smol() -> Base:
    """SmolLM2-135M-Instruct."""
    return load_base(smollm2())
