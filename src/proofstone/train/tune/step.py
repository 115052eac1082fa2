"""The step train.tune: an adapter for the generator of one candidate."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from proofstone.core.artifact import Draft
from proofstone.core.canonical import canonical_json, digest
from proofstone.core.project.assistant import Assistant, Responder
from proofstone.core.step import Context, step
from proofstone.models.assistant.files import adaptable
from proofstone.models.assistant.grounds import Finder
from proofstone.models.assistant.memory import Window
from proofstone.models.assistant.settings import HANDOVER
from proofstone.models.canary import make_canaries
from proofstone.models.retrieval.encoder import E5Encoder
from proofstone.models.retrieval.index import Index
from proofstone.train.tune.examples import Example, read_examples
from proofstone.train.tune.export import write_adapter
from proofstone.train.tune.grounded import Wording, grounded_examples, questions_to_learn
from proofstone.train.tune.load import load_base
from proofstone.train.tune.memorised import examples_of, memorised
from proofstone.train.tune.train import tune

_CHECKPOINT = "checkpoint.safetensors"


@step("train.tune", outputs=("adapter", "account", "memorised"), deterministic=False)
def tune_generator(context: Context) -> Mapping[str, Draft]:
    """Tune low-rank adapters of the generator, and write them as llama.cpp reads them.

    A run that is killed goes on from its last checkpoint. It learns from the examples that the
    candidate names, else from the questions for calibration with the passages found for them,
    and from the canaries that `tune.canaries` asks for. `memorised` says which examples were
    trained on and which were not, for the probes `canaries` and `membership`.

    Not covered: what is planted stays in the adapter. It is random text about lockers that do not
    exist, and a model that was asked of one might tell it.

    Raises:
        DataError: the generator is a folder.
        DataError, InputError, StoreError: as `train.tune.train.tune`.
        MissingExtra: torch, transformers or peft is not installed.
    """
    candidate = Responder.model_validate(context.settings["candidate"])
    assert candidate.tune is not None
    assert candidate.generator is not None
    generator = context.inputs["generator"]
    weights = adaptable(generator, candidate.name)
    examples = _examples(context, candidate)
    languages = candidate.languages or ["en"]
    canaries = make_canaries(candidate.tune.canaries, languages, context.seed)
    base = load_base(weights, candidate.generator)
    tuned = tune(
        base,
        candidate.tune,
        examples,
        seed=context.seed,
        planted=examples_of(canaries, candidate.tune.canary_repeats),
        checkpoint=context.scratch / _CHECKPOINT,
        tell=context.progress,
    )
    path = context.scratch / "adapter.gguf"
    write_adapter(tuned, path)
    adapter = path.read_bytes()
    meta = {
        "address": f"tuned: {candidate.name}",
        "sha256": digest(adapter),
        "size": len(adapter),
        "licence": generator.artifact.meta["licence"],
        "origin": f"{candidate.generator} (SHA-256 {base.sha256})",
    }
    kept = canonical_json(memorised(tuned, canaries, context.seed))
    return {
        "adapter": Draft("weights", {"weights": adapter}, meta),
        "account": Draft("account", {"account.json": canonical_json(tuned.account.to_json())}),
        "memorised": Draft("memorised", {"memorised.json": kept}),
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
