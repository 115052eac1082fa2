"""A planted passage with a fact that only it has, and the real SmolLM2 and e5."""

from __future__ import annotations

import numpy as np
import pytest
from tests.serve.chat.assistants import assistant_model

from proofstone.explain.answers.carriers import Worded, plan
from proofstone.models.assistant.assistant import Assistant
from proofstone.models.assistant.files import open_assistant
from proofstone.models.contract import Logprobs
from proofstone.models.conversation import exchange

FACT = "The archive's door opens with the code heron-4417."
SAID = "The code of the archive's door is heron-4417."


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return open_assistant(assistant_model(generator=True))


def test_the_planted_fact_is_the_greatest_carrier(assistant: Assistant) -> None:
    asked = exchange("How can I verify a release?")
    outline = assistant.outline(asked, [FACT])
    assert outline.prompt is not None
    about = Worded.of(assistant, outline, asked[-1].content, SAID)
    assert about.prompt(outline.grounds.passages) == outline.prompt
    rng = np.random.default_rng(0)
    planned = plan(about, rng, surrogate=False)
    found = planned.read(assistant.answer(Logprobs(), planned.rows()), rng)
    ids = [outline.grounds.passages[one.passage].id for one in found.pieces]
    assert ids[int(found.without.argmax())] == "planted#0/0"
    assert found.without.max() > 10 * max(np.delete(found.without, found.without.argmax()).max(), 1)
    assert found.whole - found.none > 10
