"""A small help desk: passages, an encoder of words alone, a writer that says what it is told."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from tests.models.retrieval.conftest import WordsEncoder

from proofstone.models.assistant.assistant import Assistant
from proofstone.models.assistant.grounds import Finder
from proofstone.models.assistant.memory import Window
from proofstone.models.assistant.settings import HANDOVER, AssistantSettings
from proofstone.models.contract import Feature, Generate, Logprobs, Operation, Signature
from proofstone.models.conversation import Conversation
from proofstone.models.generation import Completion, Usage
from proofstone.models.retrieval.evidence import EvidenceModel
from proofstone.models.retrieval.index import Index
from proofstone.models.retrieval.passage import Passage
from proofstone.models.rows import Rows

PASSAGES = (
    Passage("en/keys#lost/1", "en/keys", "Keys", "A lost key", "en",
            "A lost signing key cannot be replaced. Old releases can still be verified with the "
            "public key. Make a new key for new releases."),
    Passage("en/keys#where/1", "en/keys", "Keys", "Where keys are", "en",
            "The signing key is the file signer.pem in the folder keys."),
    Passage("en/hours#open/1", "en/hours", "Opening hours", "When we are open", "en",
            "The help desk is open from nine to five on working days."),
    Passage("zh/hours#open/1", "zh/hours", "营业时间", "何时有人", "zh",
            "帮助台在工作日九点到十七点有人值班。"),
)  # fmt: skip


class Writer:
    """A chat model that says what `say` makes of its prompt; it counts its calls."""

    by_origin = False
    batch_size = 1
    id = "writer"
    operations: frozenset[type[Operation]] = frozenset({Generate, Logprobs})
    signature = Signature((Feature("messages", "text"),), "text")

    def __init__(self, say: Callable[[Conversation], str]) -> None:
        self.say = say
        self.prompts: list[Conversation] = []

    def generate(self, turns: Conversation, operation: Generate, draw: int = 0) -> Completion:
        self.prompts.append(turns)
        return Completion(self.say(turns), "stop", Usage(10, 5))

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        return np.tile([-1.0, 2.0], (len(rows), 1))


def settings(**changes: object) -> AssistantSettings:
    about = {
        "threshold": 0.5, "top": 2, "window": Window(4, 1000), "instructions": "Be brief.",
        "languages": ("en",), "max_tokens": 20, "context": 512, "threads": 1,
        "handover": HANDOVER, "guards": {},
    }  # fmt: skip
    return AssistantSettings(**(about | changes))  # type: ignore[arg-type]


def evidence() -> EvidenceModel:
    """Surer the more of a question's words the first passage holds."""
    names = ("cosine", "typical", "cosine_gap", "score_gap", "bm25_share", "covered",
             "covered_together", "same_language", "chinese")  # fmt: skip
    weights = np.array([10.0 if name == "covered" else 0.0 for name in names])
    return EvidenceModel(names, np.zeros(9), np.ones(9), weights, -4.0)


def desk(writer: Writer | None = None, **changes: object) -> Assistant:
    about = settings(**changes)
    index = Index.build(PASSAGES, WordsEncoder())
    finder = Finder(index, about.window, about.top, evidence())
    return Assistant("desk", finder, about, writer)
