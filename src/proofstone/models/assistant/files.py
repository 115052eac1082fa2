"""The files of an assistant in a release, written and opened."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from proofstone.core.canonical import canonical_json, digest, digest_json
from proofstone.core.step import Recall
from proofstone.models import fields
from proofstone.models.assistant.assistant import Assistant
from proofstone.models.assistant.grounds import Finder
from proofstone.models.assistant.settings import AssistantSettings
from proofstone.models.gguf import GgufModel
from proofstone.models.llama.sealed import Sealed
from proofstone.models.retrieval.encoder import E5Encoder
from proofstone.models.retrieval.evidence import EvidenceModel
from proofstone.models.retrieval.index import Index

FORMAT = 1
RUNTIME = "assistant"
ENCODER = "encoder.bin"
GENERATOR = "generator.gguf"
ADAPTER = "adapter.gguf"
INDEX = "index/"


def assistant_files(
    *,
    index: Mapping[str, bytes],
    encoder: bytes | Path,
    evidence: EvidenceModel,
    settings: AssistantSettings,
    generator: bytes | Path | None = None,
    adapter: bytes | Path | None = None,
    template: str | None = None,
) -> dict[str, bytes | Path]:
    """Return the files of an assistant by name. `index` is what `Index.files` returned.

    `template` is the SHA-256 of the generator's chat template, which serving enforces.
    """
    document = {
        "format": FORMAT,
        "runtime": RUNTIME,
        "settings": settings.to_json(),
        "evidence": evidence.to_json(),
        "chat_template": template,
    }
    files: dict[str, bytes | Path] = {"model.json": canonical_json(document), ENCODER: encoder}
    files |= {f"{INDEX}{name}": content for name, content in index.items()}
    if generator is not None:
        files[GENERATOR] = generator
    if adapter is not None:
        files[ADAPTER] = adapter
    return files


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
        DataError: weights are damaged, or the chat template is not the one that was assessed.
        MissingExtra: the libraries that run it are not installed.
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
    generator = _generator(files, document, settings, threads, parallel)
    identity = digest_json({name: digest(content) for name, content in files.items()})
    return Assistant(identity, finder, settings, generator, recall)


def _generator(
    files: Mapping[str, bytes],
    document: Mapping[str, Any],
    settings: AssistantSettings,
    threads: int | None,
    parallel: int,
) -> GgufModel | None:
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


def _file(files: Mapping[str, bytes], name: str) -> bytes:
    if name not in files:
        raise fields.misfit("the model's files", f"there is no {name}")
    return files[name]
