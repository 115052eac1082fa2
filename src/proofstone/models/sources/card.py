"""What is recorded of a model: read from its own files, never guessed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import prod
from pathlib import Path, PurePosixPath
from typing import Any

from proofstone.core.canonical import digest
from proofstone.core.extras import need
from proofstone.models.gguf_header import check_gguf
from proofstone.models.sources.delivery import one_line
from proofstone.models.sources.known import KNOWN
from proofstone.models.sources.safetensors_header import BITS, read_safetensors
from proofstone.models.sources.shelf import Fetched


@dataclass(frozen=True)
class ModelCard:
    """A model as its files describe it; None or an empty text where they do not say.

    `parameters` counts the values of all tensors; `quantisation` is the type that holds most of
    them; `context_length` is in tokens; `chat_template` is the SHA-256 of the template's UTF-8
    text; `size` is in bytes. `origin` is as at `Fetched`, and so is `licence`, or else as the file
    says.
    """

    name: str
    architecture: str
    parameters: int | None
    quantisation: str
    context_length: int | None
    chat_template: str | None
    licence: str
    origin: str
    size: int
    sha256: str
    address: str

    def to_json(self) -> dict[str, Any]:
        """The card as a JSON object."""
        return asdict(self)


@dataclass(frozen=True)
class _Facts:
    """What one kind of file says."""

    name: str = ""
    architecture: str = ""
    parameters: int | None = None
    quantisation: str = ""
    context_length: int | None = None
    chat_template: str | None = None
    licence: str = ""


def card(fetched: Fetched) -> ModelCard:
    """Return the card of a model that was fetched.

    Raises:
        DataError: a file of it is damaged.
        MissingExtra: a GGUF file cannot be read without the extra `text`.
    """
    known = next((one for one in KNOWN if one.sha256 == fetched.sha256), None)
    facts = _facts(fetched.path)
    last = PurePosixPath(fetched.address)
    said = {
        "name": known.name
        if known
        else facts.name or (last.name if fetched.path.is_dir() else last.stem),
        "architecture": facts.architecture or (known.architecture if known else ""),
        "quantisation": facts.quantisation or (known.quantisation if known else ""),
        "context_length": facts.context_length or (known.context_length if known else None),
        "licence": fetched.licence or facts.licence,
    }
    return ModelCard(
        **(asdict(facts) | said),
        origin=fetched.origin,
        size=fetched.size,
        sha256=fetched.sha256,
        address=fetched.address,
    )


def _facts(path: Path) -> _Facts:
    if path.suffix.lower() == ".gguf":
        return _from_gguf(path)
    if path.is_dir() or path.suffix.lower() == ".safetensors":
        return _from_folder(path)
    return _Facts()


def _from_gguf(path: Path) -> _Facts:
    header = check_gguf(path)
    values: Counter[int] = Counter()
    for tensor in header.tensors.values():
        values[tensor.kind] += prod(tensor.shape)
    architecture = _text(header.values, "general.architecture")
    (most, _), *_rest = values.most_common(1)
    return _Facts(
        name=_text(header.values, "general.name"),
        architecture=architecture,
        parameters=values.total(),
        quantisation=_type_names().get(most, f"type {most}"),
        context_length=_count(header.values, f"{architecture}.context_length"),
        chat_template=_template_digest(header.values.get("tokenizer.chat_template")),
        licence=_text(header.values, "general.license"),
    )


def _type_names() -> dict[int, str]:
    kinds = need("gguf.constants", "text").GGMLQuantizationType
    return {int(kind): str(kind.name) for kind in kinds}


def _from_folder(path: Path) -> _Facts:
    """From safetensors files and the configuration beside them, as transformers lays them out."""
    whole = path.is_dir()
    weights = sorted(path.glob("*.safetensors")) if whole else [path]
    inner = next(iter(sorted(path.glob("*.gguf"))), None) if whole and not weights else None
    if inner is not None:
        return _from_gguf(inner)
    types: Counter[str] = Counter()
    for file in weights:
        for tensor in read_safetensors(file):
            types[tensor.dtype] += prod(tensor.shape)
    config = _json(path / "config.json") if whole else {}
    tokenizer = _json(path / "tokenizer_config.json") if whole else {}
    architectures = config.get("architectures")
    named = architectures[0] if isinstance(architectures, list) and architectures else ""
    template = _template(path) if whole else None
    return _Facts(
        name=_text(config, "_name_or_path"),
        architecture=_text(config, "model_type") or one_line(named),
        parameters=sum(types.values()) or None,
        quantisation=max(types, key=lambda one: (types[one], BITS[one])) if types else "",
        context_length=_count(config, "max_position_embeddings"),
        chat_template=_template_digest(template or tokenizer.get("chat_template")),
    )


def _json(path: Path) -> Mapping[str, Any]:
    """The object in a JSON file that was checked; empty where there is none."""
    document = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return document if isinstance(document, dict) else {}


def _template(path: Path) -> str | None:
    file = path / "chat_template.jinja"
    return file.read_text("utf-8") if file.is_file() else None


def _template_digest(template: object) -> str | None:
    """The digest of a template's bytes, as they stand in the file."""
    if not isinstance(template, str) or not template:
        return None
    return digest(template.encode("utf-8", "surrogateescape"))


def _text(said: Mapping[str, Any], name: str) -> str:
    return one_line(said.get(name))


def _count(said: Mapping[str, Any], name: str) -> int | None:
    value = said.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
