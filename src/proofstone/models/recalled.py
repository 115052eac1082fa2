"""A chat model whose answers are kept, so that none is paid for twice."""

from __future__ import annotations

from proofstone.core.canonical import digest_json
from proofstone.core.step import Recall
from proofstone.models.chat import ChatModel
from proofstone.models.contract import Generate
from proofstone.models.conversation import Conversation
from proofstone.models.generation import Completion, Usage


class Recalled:
    """Words answers as `model` does; what it said once to the same turns is said again.

    The key is the model's id, the operation, the draw and the turns: `model.id` must cover
    everything else that an answer depends on.
    """

    def __init__(self, model: ChatModel, recall: Recall) -> None:
        self.model = model
        self._recall = recall

    def generate(self, turns: Conversation, operation: Generate, draw: int = 0) -> Completion:
        """Return the whole next turn."""
        key = digest_json(
            {
                "model": self.model.id,
                "operation": repr(operation),
                "draw": draw,
                "turns": [turn.to_json() for turn in turns],
            }
        )
        known = self._recall.get([key]).get(key)
        if known is not None:
            usage = Usage(known["prompt_tokens"], known["completion_tokens"])
            return Completion(known["text"], known["finish"], usage)
        written = self.model.generate(turns, operation, draw)
        document = {"text": written.text, "finish": written.finish, **written.usage.to_json()}
        self._recall.put({key: document})
        return written
