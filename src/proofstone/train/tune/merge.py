"""The base model with an adapter added in: one GGUF file that needs nothing beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np

from proofstone.core.errors import DataError
from proofstone.core.extras import need
from proofstone.models.assistant.files import BASE
from proofstone.train.tune.export import TEMPLATE, adapter_pairs, new_file
from proofstone.train.tune.load import base_digest
from proofstone.train.tune.result import Tuned

_DROPPED = ("GGUF.", "general.architecture", "general.file_type")
_TYPES = {"float16": np.float16, "float32": np.float32}


def write_merged(
    tuned: Tuned, base: Path, path: Path, *, precision: Literal["float16", "float32"] = "float16"
) -> None:
    """Write the GGUF file `base` with W + alpha / rank · B A in the place of each target W.

    Targets are stored in `precision`: so fine a change would be lost in 4 bits. All other tensors,
    the tokenizer and the chat template stay as they are, byte by byte.

    Raises:
        DataError: `base` is not the file that the adapter was trained on.
        InputError: llama.cpp's order of this kind of model is not known here.
        StoreError: the file cannot be written.
        MissingExtra: the library that writes GGUF is not installed.
    """
    if base.is_dir() or base_digest(base) != tuned.account.base_sha256:
        raise DataError(
            f"{base}: is not the GGUF file that the adapter was trained on",
            hint=f"name the file with the SHA-256 {tuned.account.base_sha256}",
        )
    gguf = need("gguf", "text")
    reader = gguf.GGUFReader(base)
    with new_file(path) as aside:
        architecture = reader.fields["general.architecture"].contents()
        writer = gguf.GGUFWriter(aside, architecture)
        _copy_fields(reader, writer, gguf)
        writer.add_string(BASE, tuned.account.base_sha256)
        writer.add_string(TEMPLATE, tuned.account.template_sha256)
        for name, values, kind in _tensors(tuned, reader, gguf, precision):
            writer.add_tensor(name, values, raw_dtype=kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


def _copy_fields(reader: Any, writer: Any, gguf: Any) -> None:
    for name, field in reader.fields.items():
        if name.startswith(_DROPPED):
            continue
        kind = field.types[0]
        inner = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(name, field.contents(), kind, sub_type=inner)


def _tensors(
    tuned: Tuned, reader: Any, gguf: Any, precision: str
) -> Iterator[tuple[str, np.ndarray, Any]]:
    """Name, values and, where they are as they were, type of each tensor."""
    pairs = adapter_pairs(tuned)
    for tensor in reader.tensors:
        pair = pairs.pop(tensor.name, None)
        if pair is None:
            yield tensor.name, tensor.data, tensor.tensor_type
            continue
        weight = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        change = tuned.alpha / len(pair.a) * (pair.b @ pair.a)
        yield tensor.name, (weight + change).astype(_TYPES[precision]), None
    if pairs:
        raise DataError(f"{min(pairs)}: the base model has no such weight", hint="tune again")
