"""The step train.fit of an assistant's candidate: its files, put together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from proofstone.core.artifact import Draft
from proofstone.core.canonical import canonical_json
from proofstone.core.project.assistant import Assistant, Responder
from proofstone.core.step import Context, step
from proofstone.models.assistant.files import INDEX, assistant_files
from proofstone.models.assistant.memory import Window
from proofstone.models.assistant.settings import HANDOVER, AssistantSettings
from proofstone.models.gguf import GgufModel
from proofstone.models.retrieval.evidence import EvidenceModel


@step("train.fit", outputs=("model", "trials"))
def fit(context: Context) -> Mapping[str, Draft]:
    """Return the model's files, and how its hand-over threshold came about."""
    assistant = Assistant.model_validate(context.settings["assistant"])
    candidate = Responder.model_validate(context.settings["candidate"])
    retrieval, weights = context.inputs["retrieval"], context.inputs.get("generator")
    handover = json.loads(retrieval.read("handover.json"))
    index = {
        name.removeprefix(INDEX): retrieval.read(name)
        for name in retrieval.artifact.files
        if name.startswith(INDEX)
    }
    generator = None if weights is None else weights.path("weights")
    adapter = context.inputs.get("adapter")
    files = assistant_files(
        index=index,
        encoder=context.inputs["encoder"].read("weights"),
        evidence=EvidenceModel.from_json(handover["evidence"], "handover.json"),
        settings=_settings(assistant, candidate, handover["threshold"]),
        generator=None if weights is None else weights.read("weights"),
        adapter=None if adapter is None else adapter.read("weights"),
        template=None if generator is None else GgufModel(generator).template_digest,
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
