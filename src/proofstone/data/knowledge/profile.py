"""The step data.profile of an assistant: what its knowledge is made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from proofstone.core.artifact import Draft
from proofstone.core.canonical import canonical_json
from proofstone.core.project.assistant import Knowledge
from proofstone.core.step import Context, step
from proofstone.data.croissant import DataFile, passages_croissant
from proofstone.data.documents.document import Document
from proofstone.data.documents.profile import profile
from proofstone.models.retrieval.passage import read_passages


@step("data.profile", outputs=("profile",))
def profile_knowledge(context: Context) -> Mapping[str, Draft]:
    """Describe documents and passages, with a data card's facts and Croissant metadata."""
    knowledge = Knowledge.model_validate(context.settings["knowledge"])
    documents = [
        Document.from_json(one)
        for one in json.loads(context.inputs["documents"].read("documents.json"))
    ]
    stored = context.inputs["table"]
    passages = read_passages(stored.read("passages.json"), "passages.json")
    found: dict[str, Any] = {
        "name": context.settings["name"],
        "source": ", ".join(knowledge.source),
        "description": knowledge.description,
        "licence": knowledge.licence,
        "citation": "",
        "rows": len(passages),
        "quarantined": context.inputs["quarantine"].artifact.meta["rows"],
        "knowledge": profile(documents, passages),
    }
    blob = stored.artifact.files["passages.json"]
    file = DataFile("passages.json", blob.sha256, blob.size)
    jsonld = passages_croissant(found, context.settings["description"], file)
    files = {
        "profile.json": canonical_json(found),
        "croissant.json": json.dumps(jsonld, ensure_ascii=False, indent=2).encode() + b"\n",
    }
    return {"profile": Draft("profile", files, {"rows": len(passages)})}
