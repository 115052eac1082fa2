"""The files of an assistant in a release, written and opened."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from proofstone.core.artifact import Stored
from proofstone.core.canonical import canonical_json, digest, digest_json
from proofstone.core.errors import DataError, VerificationError
from proofstone.core.settings import settings as load_settings
from proofstone.core.step import Recall
from proofstone.models import fields
from proofstone.models.assistant.assistant import Assistant
from proofstone.models.assistant.grounds import Finder
from proofstone.models.assistant.settings import AssistantSettings
from proofstone.models.gguf import GgufModel
from proofstone.models.gguf_header import check_gguf
from proofstone.models.retrieval.encoder import E5Encoder
from proofstone.models.retrieval.evidence import EvidenceModel
from proofstone.models.retrieval.index import Index
from proofstone.models.sealed import Sealed
from proofstone.models.vllm.model import VllmModel

FORMAT = 1
RUNTIME = "assistant"
ENCODER = "encoder.bin"
GENERATOR = "generator.gguf"
FOLDER = "generator/"
ADAPTER = "adapter.gguf"
INDEX = "index/"
WEIGHTS = "weights"
"""The file in an artifact of weights; the files of a folder lie under this name."""
BASE = "proofstone.base.sha256"
"""The key of an adapter's GGUF file under which tuning writes the SHA-256 of the base model."""


def assistant_files(
    *,
    index: Mapping[str, bytes],
    encoder: bytes | Path,
    evidence: EvidenceModel,
    settings: AssistantSettings,
    generator: Mapping[str, bytes | Path] | None = None,
    adapter: bytes | Path | None = None,
    template: str | None = None,
) -> dict[str, bytes | Path]:
    """Return the files of an assistant by name. `index` is what `Index.files` returned.

    `generator` is one GGUF file named `GENERATOR`, which llama.cpp runs, or the files of a folder
    of safetensors, each under `FOLDER`, which vLLM runs.

    `template` is the SHA-256 of the generator's chat template, which serving enforces. Where the
    adapter's file says which model it was tuned on, that is written down, too (`adapter_base`).

    Raises:
        DataError: the adapter is no GGUF file.
    """
    document = {
        "format": FORMAT,
        "runtime": RUNTIME,
        "settings": settings.to_json(),
        "evidence": evidence.to_json(),
        "chat_template": template,
    }
    base = None if adapter is None else _base_of(adapter)
    if base is not None:
        document["adapter_base"] = base
    files: dict[str, bytes | Path] = {"model.json": canonical_json(document), ENCODER: encoder}
    files |= {f"{INDEX}{name}": content for name, content in index.items()}
    files |= generator or {}
    if adapter is not None:
        files[ADAPTER] = adapter
    return files


def adaptable(generator: Stored, candidate: str) -> Path:
    """Return the file of a generator's weights, which an adapter is made for.

    Raises:
        DataError: it is a folder; names the candidate.
    """
    if WEIGHTS not in generator.artifact.files:
        raise DataError(
            f"{candidate}: its generator is a folder, and adapters are for GGUF files",
            hint="name the model's GGUF file, or delete adapter and tune",
        )
    return generator.path(WEIGHTS)


def open_assistant(
    files: Mapping[str, bytes],
    *,
    recall: Recall | None = None,
    threads: int | None = None,
    parallel: int = 1,
) -> Assistant:
    """Return the assistant in `files` (name -> bytes that were verified before).

    `recall` keeps what its generator wrote. `threads` are those of its settings unless given.

    Raises:
        InputError: a file is absent or does not hold together; names file and field.
        DataError: weights are damaged.
        VerificationError: the chat template is not the one that was assessed, or the adapter was
            tuned on another generator.
        MissingExtra: the libraries that run it are not installed.

    Not covered: an adapter made elsewhere does not say what it was tuned on, and is not compared.
    """
    document = fields.read_object(_file(files, "model.json"), "model.json")
    settings = AssistantSettings.from_json(
        fields.field(document, "settings", "model.json"), "model.json, settings"
    )
    evidence = EvidenceModel.from_json(
        fields.field(document, "evidence", "model.json"), "model.json, evidence"
    )
    weights = Sealed(_file(files, ENCODER), ENCODER)
    encoder = E5Encoder(weights.path)
    parts = {
        name.removeprefix(INDEX): content
        for name, content in files.items()
        if name.startswith(INDEX)
    }
    index = Index.open(parts, encoder)
    finder = Finder(index, settings.window, settings.top, evidence)
    digests = {name: digest(content) for name, content in files.items()}
    _check_base(document, digests)
    generator = _generator(files, document, settings, threads, parallel)
    identity = digest_json(digests)
    return Assistant(identity, finder, settings, generator, recall)


def _generator(
    files: Mapping[str, bytes],
    document: Mapping[str, Any],
    settings: AssistantSettings,
    threads: int | None,
    parallel: int,
) -> GgufModel | VllmModel | None:
    folder = {
        name.removeprefix(FOLDER): data for name, data in files.items() if name.startswith(FOLDER)
    }
    if folder:
        return VllmModel(
            folder,
            name=FOLDER.rstrip("/"),
            program=load_settings().vllm,
            context=settings.context,
            template=document.get("chat_template"),
            parallel=parallel,
        )
    if GENERATOR not in files:
        return None
    return GgufModel.of_bytes(
        files[GENERATOR],
        name=GENERATOR,
        adapter=files.get(ADAPTER),
        context=settings.context,
        template=document.get("chat_template"),
        threads=threads or settings.threads,
        parallel=parallel,
    )


def _base_of(adapter: bytes | Path) -> str | None:
    """The SHA-256 of the base model that the adapter's file names; None where it names none."""
    place = Sealed(adapter, ADAPTER) if isinstance(adapter, bytes) else adapter
    path = place.path if isinstance(place, Sealed) else place
    base = check_gguf(path, ADAPTER).values.get(BASE)
    return base if isinstance(base, str) else None


def _check_base(document: Mapping[str, Any], digests: Mapping[str, str]) -> None:
    base, found = document.get("adapter_base"), digests.get(GENERATOR)
    if base is not None and base != found:
        here = "there is none here" if found is None else f"{GENERATOR} has {found}"
        raise VerificationError(
            f"{ADAPTER}: it was tuned on a model with the SHA-256 {base}; {here}",
            hint="use the generator that it was tuned on, or tune again on this one",
        )


def _file(files: Mapping[str, bytes], name: str) -> bytes:
    if name not in files:
        raise fields.misfit("the model's files", f"there is no {name}")
    return files[name]
