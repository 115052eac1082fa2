"""The step train.tune: an adapter for the generator of one candidate."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from proofstone.core.artifact import Draft
from proofstone.core.canonical import canonical_json
from proofstone.core.project.assistant import Assistant, Responder
from proofstone.core.step import Context, step
from proofstone.models.assistant.grounds import Finder
from proofstone.models.assistant.memory import Window
from proofstone.models.assistant.settings import HANDOVER
from proofstone.models.retrieval.encoder import E5Encoder
from proofstone.models.retrieval.index import Index
from proofstone.train.tune.examples import Example, read_examples
from proofstone.train.tune.export import write_adapter
from proofstone.train.tune.grounded import Wording, grounded_examples, questions_to_learn
from proofstone.train.tune.load import load_base
from proofstone.train.tune.train import tune

_CHECKPOINT = "checkpoint.safetensors"


@step("train.tune", outputs=("adapter", "account"), deterministic=False)
def tune_generator(context: Context) -> Mapping[str, Draft]:
    """Tune low-rank adapters of the generator, and write them as llama.cpp reads them.

    A run that is killed goes on from its last checkpoint. It learns from the examples that the
    candidate names, else from the questions for calibration with the passages found for them.

    Raises:
        DataError, InputError, StoreError: as `train.tune.train.tune`.
        MissingExtra: torch, transformers or peft is not installed.
    """
    candidate = Responder.model_validate(context.settings["candidate"])
    assert candidate.tune is not None
    assert candidate.generator is not None
    examples = _examples(context, candidate)
    base = load_base(context.inputs["generator"].path("weights"), candidate.generator)
    tuned = tune(
        base,
        candidate.tune,
        examples,
        seed=context.seed,
        checkpoint=context.scratch / _CHECKPOINT,
        tell=context.progress,
    )
    path = context.scratch / "adapter.gguf"
    write_adapter(tuned, path)
    account = tuned.account.to_json()
    meta = {
        "address": f"tuned: {candidate.name}",
        "sha256": "",
        "size": path.stat().st_size,
        "licence": "",
        "origin": candidate.generator,
    }
    return {
        "adapter": Draft("weights", {"weights": path.read_bytes()}, meta),
        "account": Draft("account", {"account.json": canonical_json(account)}),
    }


def _examples(context: Context, candidate: Responder) -> list[Example]:
    assert candidate.tune is not None
    if candidate.tune.examples is not None:
        return list(read_examples(context.directory / Path(candidate.tune.examples)))
    assistant = Assistant.model_validate(context.settings["assistant"])
    retrieval = context.inputs["retrieval"]
    parts = [name for name in retrieval.artifact.files if name.startswith("index/")]
    encoder = E5Encoder(context.inputs["encoder"].path("weights"))
    held = {name.removeprefix("index/"): retrieval.read(name) for name in parts}
    index = Index.open(held, encoder)
    memory = assistant.memory
    finder = Finder(index, Window(memory.turns, memory.characters), assistant.retrieval.top, None)
    rows = json.loads(context.inputs["questions"].read("questions.json"))
    asked = questions_to_learn(rows, candidate.languages)
    wording = Wording(assistant.instructions, HANDOVER)
    return grounded_examples(asked, finder.find, index.passages, wording, seed=context.seed)
