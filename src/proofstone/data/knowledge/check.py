"""The step data.check of an assistant: documents cut into passages, doubtful ones set aside."""

from __future__ import annotations

import json
from collections.abc import Mapping

from proofstone.core.artifact import Draft
from proofstone.core.canonical import canonical_json
from proofstone.core.i18n import message
from proofstone.core.project.assistant import Knowledge
from proofstone.core.step import Context, step
from proofstone.data.documents.chunks import passages
from proofstone.data.documents.document import Document
from proofstone.data.knowledge.screening import screen
from proofstone.guards.guard import GuardSettings
from proofstone.models.retrieval.passage import write_passages


@step("data.check", outputs=("table", "quarantine"))
def check_knowledge(context: Context) -> Mapping[str, Draft]:
    """Return the passages that answers may rest on, and those that were set aside, with why."""
    knowledge = Knowledge.model_validate(context.settings["knowledge"])
    stored = context.inputs["documents"]
    documents = [Document.from_json(one) for one in json.loads(stored.read("documents.json"))]
    cut = [one for document in documents for one in passages(document, size=knowledge.passage)]
    guards = GuardSettings.from_json(context.settings["guards"], "assistant.guards")
    kept, doubtful = screen(cut, guards)
    problems = [*json.loads(stored.read("problems.json")), *doubtful]
    context.progress(message("{n} passages").format(n=len(kept)))
    gone = sum(one["severity"] != "warning" for one in problems)
    aside = {"problems.json": canonical_json(problems)}
    return {
        "table": Draft("passages", {"passages.json": write_passages(kept)}, {"rows": len(kept)}),
        "quarantine": Draft("quarantine", aside, {"rows": gone}),
    }
