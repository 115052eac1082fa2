"""The step data.read of an assistant: documents of several formats in one shape."""

from __future__ import annotations

from collections.abc import Mapping

from proofstone.core.artifact import Draft
from proofstone.core.canonical import canonical_json
from proofstone.core.errors import DataError
from proofstone.core.i18n import message
from proofstone.core.project.assistant import Knowledge
from proofstone.core.step import Context, step
from proofstone.data.documents.read import read_documents
from proofstone.data.knowledge.sources import documents_in


@step("data.read", outputs=("documents",))
def read_knowledge(context: Context) -> Mapping[str, Draft]:
    """Read every document; those at fault become problems, and the rest goes on.

    Raises:
        DataError: the share of documents at fault exceeds `knowledge.quarantine`.
    """
    knowledge = Knowledge.model_validate(context.settings["knowledge"])
    paths = documents_in(knowledge.source, context.directory)
    context.progress(message("reading {n} documents").format(n=len(paths)))
    documents, problems = read_documents(paths)
    if len(problems) > knowledge.quarantine * len(paths):
        first = problems[0]
        raise DataError(
            f"{len(problems)} of {len(paths)} documents cannot be read, such as {first['message']}",
            hint="mend or remove them, or raise knowledge.quarantine",
        )
    files = {
        "documents.json": canonical_json([document.to_json() for document in documents]),
        "problems.json": canonical_json(problems),
    }
    return {"documents": Draft("documents", files, {"documents": len(documents)})}
