"""How likely vLLM finds a text: log-probabilities of its tokens after a conversation."""

from __future__ import annotations

import re
from typing import Any

from proofstone.core.budget import Spending
from proofstone.models.control import pieces
from proofstone.models.conversation import Conversation
from proofstone.models.endpoint.address import Address
from proofstone.models.endpoint.transport import Transport
from proofstone.models.errors import RowError
from proofstone.models.vllm.service import NAME, PATIENCE, URL, Service

_LARGEST = 1 << 28


class Scorer:
    """Asks a running server, `concurrency` questions at a time, from several threads.

    `control` finds the names of control tokens.
    """

    def __init__(self, service: Service, control: re.Pattern[str], concurrency: int) -> None:
        self._control = control
        self._transport = Transport(
            Address(URL),
            Spending(),
            patience=PATIENCE,
            concurrency=concurrency,
            largest=_LARGEST,
            socket=service.socket,
            wait=service.wait,
        )

    def score(self, turns: Conversation, continuation: str, place: str) -> tuple[float, int]:
        """Return the log-probability (nats) of `continuation` after `turns`, and its tokens.

        It is that of the model alone, before sampling. Names of control tokens in the
        continuation are plain text: each is cut, and the pieces are made tokens one by one.

        Raises:
            RowError: they do not fit the context, or the chat template refuses the turns.
            EndpointError: the server does not answer.
        """
        after = [
            token
            for piece in pieces(continuation, self._control)
            if piece
            for token in self._tokens({"prompt": piece, "add_special_tokens": False}, place)
        ]
        if not after:
            return 0.0, 0
        messages = [turn.to_json() for turn in turns]
        before = self._tokens({"messages": messages, "add_generation_prompt": True}, place)
        asked = {
            "prompt": [*before, *after],
            "max_tokens": 1,
            "temperature": 0,
            "prompt_logprobs": 0,
        }
        reply = self._post("v1/completions", asked, place)
        try:
            listed = reply["choices"][0]["prompt_logprobs"]
            pairs = zip(listed[len(before) :], after, strict=True)
            return sum(float(one[str(token)]["logprob"]) for one, token in pairs), len(after)
        except (LookupError, TypeError, ValueError) as error:
            raise _strange(place) from error

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def _tokens(self, body: dict[str, Any], place: str) -> list[int]:
        tokens = self._post("tokenize", body, place).get("tokens")
        if not isinstance(tokens, list):
            raise _strange(place)
        return tokens

    def _post(self, path: str, body: dict[str, Any], place: str) -> dict[str, Any]:
        return self._transport.post(path, {"model": NAME, **body}, place, (0, 0))


def _strange(place: str) -> RowError:
    hint = "use a version of vLLM that the documentation names"
    return RowError(f"{place}: vLLM's answer has no tokens or log-probabilities", hint=hint)
