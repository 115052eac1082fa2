"""Why an assistant answered so, for requests and for files of questions."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from proofstone.core.errors import DataError
from proofstone.core.i18n import _
from proofstone.explain.answers.carriers import MOST, Carriers, Worded, plan
from proofstone.explain.answers.found import Found, found
from proofstone.explain.answers.pieces import Unit
from proofstone.guards.guarded import GuardedAssistant
from proofstone.models.assistant.reply import Reply
from proofstone.models.contract import Logprobs
from proofstone.models.conversation import Conversation, exchange, read
from proofstone.models.retrieval.passage import Passage
from proofstone.registry.verify import VerifiedModel

_SHOWN = 400


def explain_reply(
    assistant: GuardedAssistant,
    conversation: Conversation,
    *,
    unit: Unit = "passages",
    most: int = MOST,
    seed: int = 0,
) -> dict[str, Any]:
    """Return the reply to `conversation` and what it rests on, as a JSON object.

    `how` is `worded` (by a chat model: passages get weights in nats from ablations, see
    `explain.answers.carriers`), `quoted` (the passage quoted carried it, exactly) or `none`
    (nothing was answered). `carrier` is the id of the passage that carried most. Each of
    `passages` says how it was found; `pieces` are what was taken away, passages or sentences.
    Worded answers cost up to 2 + passages + `most` questions to the chat model.

    Not covered: what a guard changed or stopped: a refused reply is not explained.

    Raises:
        RowError: the conversation does not fit the generator's context.
    """
    begun = assistant.begin(conversation)
    outline = begun.outline
    worded = outline is not None and outline.prompt is not None
    written = assistant.assistant.write(outline) if worded and outline is not None else None
    reply = assistant.conclude(begun, written)
    document: dict[str, Any] = {
        "question": conversation[-1].content,
        "text": reply.text,
        "outcome": reply.outcome,
        "evidence": reply.evidence,
        "threshold": assistant.assistant.settings.threshold,
    }
    if outline is None or reply.outcome == "refused":
        return document | _nothing(_("a guard stopped this turn, so nothing is shown of it"))
    how = found(outline.grounds.query, outline.grounds.passages, assistant.assistant.finder.index)
    shown = {"passages": _passages(outline.grounds.passages, how, reply)}
    if reply.outcome != "answered":
        reason = _("the passages found do not answer it surely enough, so a person was asked for")
        return document | _nothing(reason) | shown
    if written is None:
        method = _("quoted word for word from the passages named, the best of them first")
        return document | _nothing(method, how="quoted", carrier=reply.sources[0].id) | shown
    rng = np.random.default_rng(seed)
    asked = begun.before.conversation.messages[-1].content
    answer = Worded.of(assistant.assistant, outline, asked, written.text)
    planned = plan(answer, rng, unit=unit, most=most)
    carriers = planned.read(assistant.answer(Logprobs(), planned.rows()), rng)
    return document | _weighed(carriers, outline.grounds.passages) | shown


def explain_questions(verified: VerifiedModel, path: Path, *, limit: int = 5) -> dict[str, Any]:
    """Return why the first `limit` questions of a file are answered as they are.

    In JSON lines each object has `question`, or `messages` as in a chat request; in any other file
    each line is a question.

    Raises:
        DataError: the file is no UTF-8, or a line is no question; names file and line.
        InputError: the release decides about rows of a table.
    """
    assistant = verified.assistant
    asked = _questions(path)
    answers = [explain_reply(assistant, one) for one, _at in zip(asked, range(limit), strict=False)]
    return {"release": verified.release, "answers": answers}


def _questions(path: Path) -> Iterator[Conversation]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read: {error}", hint="give a text in UTF-8") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        yield (
            _of_json(line, f"{path}, line {number}")
            if path.suffix == ".jsonl"
            else exchange(line.strip())
        )


def _of_json(line: str, place: str) -> Conversation:
    try:
        document = json.loads(line)
    except ValueError as error:
        raise DataError(f"{place}: is no JSON: {error}", hint="write one object a line") from error
    if isinstance(document, dict) and isinstance(document.get("question"), str):
        return exchange(document["question"])
    if isinstance(document, dict) and "messages" in document:
        return read(json.dumps(document["messages"]))
    raise DataError(f"{place}: has no question", hint='write {"question": "..."}')


def _nothing(method: str, *, how: str = "none", carrier: str | None = None) -> dict[str, Any]:
    return {
        "how": how,
        "method": method,
        "carrier": carrier,
        "passages": [],
        "pieces": [],
        "likelihood": None,
        "surrogate": None,
    }


def _passages(
    passages: Sequence[Passage], how: Sequence[Found], reply: Reply
) -> list[dict[str, Any]]:
    named = {source.id for source in reply.sources}
    scores = {one.id: one for one in how}
    return [
        {
            "id": one.id,
            "document": one.document,
            "title": one.title,
            "section": one.section,
            "text": _short(one.text),
            "named": one.id in named,
            "found": _score(scores.get(one.id)),
        }
        for one in passages
    ]


def _score(one: Found | None) -> dict[str, Any] | None:
    if one is None:
        return None
    words = [vars(word) for word in one.words]
    return {"score": one.score, "meaning": one.meaning, "words": words}


def _weighed(carriers: Carriers, passages: Sequence[Passage]) -> dict[str, Any]:
    surrogate = carriers.surrogate
    assert surrogate is not None
    cells = zip(
        carriers.pieces,
        surrogate.weights.tolist(),
        surrogate.errors.tolist(),
        carriers.without.tolist(),
        strict=True,
    )
    pieces = [
        {
            "passage": passages[one.passage].id,
            "text": _short(passages[one.passage].text[one.start : one.end].strip()),
            "weight": weight,
            "error": error,
            "without": without,
        }
        for one, weight, error, without in cells
    ]
    best = int(surrogate.weights.argmax())
    carrier = passages[carriers.pieces[best].passage].id if surrogate.weights[best] > 0 else None
    if surrogate.exact:
        method = _("log-probability of the answer over all {count} subsets, exact Banzhaf values")
    else:
        method = _("log-probability of the answer over {count} drawn subsets, sparse linear model")
    return {
        "how": "worded",
        "method": method.format(count=surrogate.ablations),
        "carrier": carrier,
        "pieces": pieces,
        "likelihood": {
            "with_all": carriers.whole,
            "with_none": carriers.none,
            "tokens": carriers.tokens,
        },
        "surrogate": {
            "exact": surrogate.exact,
            "ablations": surrogate.ablations,
            "intercept": surrogate.intercept,
            "r2": _known(surrogate.r2),
            "rank_correlation": _known(surrogate.rank_correlation),
        },
    }


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
