"""The step train.fit of an assistant's candidate: its files, put together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from proofstone.core.artifact import Draft, Stored
from proofstone.core.canonical import canonical_json
from proofstone.core.project.assistant import Assistant, Responder
from proofstone.core.step import Context, step
from proofstone.models.assistant.files import (
    FOLDER,
    GENERATOR,
    INDEX,
    WEIGHTS,
    adaptable,
    assistant_files,
)
from proofstone.models.assistant.memory import Window
from proofstone.models.assistant.settings import HANDOVER, AssistantSettings
from proofstone.models.gguf import GgufModel
from proofstone.models.retrieval.evidence import EvidenceModel
from proofstone.models.vllm.folder import chat_folder


@step("train.fit", outputs=("model", "trials"))
def fit(context: Context) -> Mapping[str, Draft]:
    """Return the model's files, and how its hand-over threshold came about.

    Raises:
        DataError: there is an adapter for a generator that is a folder.
    """
    assistant = Assistant.model_validate(context.settings["assistant"])
    candidate = Responder.model_validate(context.settings["candidate"])
    weights, adapter = context.inputs.get("generator"), context.inputs.get("adapter")
    if weights is not None and adapter is not None:
        adaptable(weights, candidate.name)
    retrieval = context.inputs["retrieval"]
    handover = json.loads(retrieval.read("handover.json"))
    index = {
        name.removeprefix(INDEX): retrieval.read(name)
        for name in retrieval.artifact.files
        if name.startswith(INDEX)
    }
    generator = None if weights is None else _generator(weights)
    files = assistant_files(
        index=index,
        encoder=context.inputs["encoder"].read("weights"),
        evidence=EvidenceModel.from_json(handover["evidence"], "handover.json"),
        settings=_settings(assistant, candidate, handover["threshold"]),
        generator=generator,
        adapter=None if adapter is None else adapter.read("weights"),
        template=None if generator is None else _template(generator),
    )
    trials: dict[str, Any] = {
        "count": len(handover["curve"]),
        "chosen": {"threshold": handover["threshold"]},
        "handover": {name: handover[name] for name in ("curve", "n", "answerable", "threshold")},
    }
    account = context.inputs.get("account")
    if account is not None:
        trials["tune"] = json.loads(account.read("account.json"))
    meta = {"candidate": candidate.name, "family": "assistant"}
    return {
        "model": Draft("model", files, meta),
        "trials": Draft("trials", {"trials.json": canonical_json(trials)}, meta),
    }


def _generator(weights: Stored) -> dict[str, bytes | Path]:
    names = weights.artifact.files
    if WEIGHTS in names:
        return {GENERATOR: weights.path(WEIGHTS)}
    return {f"{FOLDER}{name.removeprefix(f'{WEIGHTS}/')}": weights.path(name) for name in names}


def _template(generator: Mapping[str, bytes | Path]) -> str:
    """SHA-256 of the chat template; weights are not read for it."""
    file = generator.get(GENERATOR)
    if isinstance(file, Path):
        return GgufModel(file).template_digest
    files = {
        name.removeprefix(FOLDER): b"" if name.endswith(".safetensors") else path.read_bytes()
        for name, path in generator.items()
        if isinstance(path, Path)
    }
    return chat_folder(files, FOLDER.rstrip("/")).template_digest


def _settings(assistant: Assistant, candidate: Responder, threshold: float) -> AssistantSettings:
    return AssistantSettings(
        threshold=threshold,
        top=assistant.retrieval.top,
        window=Window(assistant.memory.turns, assistant.memory.characters),
        instructions=assistant.instructions,
        languages=tuple(candidate.languages) if candidate.generator else (),
        max_tokens=candidate.max_tokens,
        context=candidate.context,
        threads=candidate.threads,
        handover={
            name: " ".join(filter(None, (text, assistant.handover.contact.get(name))))  # type: ignore[call-overload]
            for name, text in HANDOVER.items()
        },
        guards=assistant.guards,
    )
