"""The step train.retrieval: the index, and when its passages answer a question."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from proofstone.core.artifact import Draft
from proofstone.core.canonical import canonical_json
from proofstone.core.errors import DataError
from proofstone.core.i18n import message
from proofstone.core.project.assistant import Assistant
from proofstone.core.project.nearest import nearest
from proofstone.core.step import Context, step
from proofstone.models.assistant.grounds import Finder, matches
from proofstone.models.assistant.memory import Window
from proofstone.models.conversation import exchange
from proofstone.models.retrieval.encoder import E5Encoder
from proofstone.models.retrieval.evidence import EvidenceModel, cross_fitted
from proofstone.models.retrieval.index import Index
from proofstone.models.retrieval.passage import read_passages
from proofstone.models.retrieval.threshold import choose_threshold

_FEWEST = 10


@step("train.retrieval", outputs=("retrieval",))
def fit_retrieval(context: Context) -> Mapping[str, Draft]:
    """Build the index and fit, on the questions for calibration, when it is good enough.

    The least evidence that is answered on follows from probabilities that were predicted for
    questions kept out of the fit, whole topics at a time.

    Raises:
        DataError: too few questions for calibration have, or have not, an answer.
    """
    assistant = Assistant.model_validate(context.settings["assistant"])
    encoder = E5Encoder(context.inputs["encoder"].path("weights"))
    passages = read_passages(context.inputs["table"].read("passages.json"), "passages.json")
    context.progress(message("embedding {n} passages").format(n=len(passages)))
    index = Index.build(passages, encoder)
    questions = json.loads(context.inputs["questions"].read("questions.json"))
    _check_sources(index, questions)
    fitted = [one for one in questions if one["use"] == "calibrate"]
    matrix, answerable = _examples(index, assistant, fitted)
    _check(answerable)
    kept_out = cross_fitted(matrix, answerable, [one["topic"] for one in fitted])
    # Questions that have an answer which was not found are neither kind: they bound no promise.
    sure = answerable | np.array([one["expect"] == "handover" for one in fitted])
    most_wrong = assistant.handover.most_wrong
    threshold = choose_threshold(kept_out[sure], answerable[sure], most_wrong=most_wrong)
    document = {
        "evidence": EvidenceModel.fit(matrix, answerable).to_json(),
        "threshold": threshold.value,
        "curve": [point._asdict() for point in threshold.curve],
        "n": len(fitted),
        "answerable": int(answerable.sum()),
    }
    files: dict[str, Any] = {f"index/{name}": data for name, data in index.files().items()}
    files["handover.json"] = canonical_json(document)
    return {"retrieval": Draft("retrieval", files)}


def _examples(
    index: Index, assistant: Assistant, questions: Sequence[Mapping[str, Any]]
) -> tuple[np.ndarray, np.ndarray]:
    """Features of what is found for each question (n, d), and whether it holds the answer (n,)."""
    memory = assistant.memory
    finder = Finder(index, Window(memory.turns, memory.characters), assistant.retrieval.top, None)
    rows, answerable = [], []
    for question in questions:
        grounds = finder.find(exchange(*question["turns"]))
        found = any(matches(grounds.passages, question["sources"]))
        rows.append(grounds.features)
        answerable.append(question["expect"] == "answer" and found)
    return np.array(rows), np.array(answerable, dtype=bool)


def _check_sources(index: Index, questions: Sequence[Mapping[str, Any]]) -> None:
    """Refuse sources that no passage is of: whoever was found for them would count as a miss."""
    sections = {passage.id.rpartition("/")[0]: passage for passage in index.passages}
    known = {*sections} | {section.partition("/")[2] for section in sections}
    firsts = [*sections.values()]
    named = [(one["topic"], source) for one in questions for source in one["sources"]]
    absent = {one for one in {one for _, one in named} if not any(matches(firsts, [one]))}
    lost = [(topic, source) for topic, source in named if source in absent]
    if lost:
        first, source = lost[0]
        raise DataError(
            f"questions: {len(lost)} sources are no section of a document, such as {source} of "
            f"the question {first}",
            hint=nearest(source, known),
        )


def _check(answerable: np.ndarray) -> None:
    for label, what in ((True, "are answered by what is found"), (False, "have no answer")):
        found = int((answerable == label).sum())
        if found < _FEWEST:
            raise DataError(
                f"questions: {found} of {len(answerable)} for calibration {what}, fewer than "
                f"{_FEWEST}",
                hint="add questions with `use: calibrate`, a translation counts: the hand-over "
                "threshold follows from them",
            )
