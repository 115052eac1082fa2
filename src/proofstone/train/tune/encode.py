"""Conversations as token ids, with the tokens that are learned marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from proofstone.core.errors import DataError
from proofstone.train.tune.examples import Example
from proofstone.train.tune.template import ChatTemplate


@dataclass(frozen=True)
class Encoded:
    """One conversation: `ids`, int64 (n,), and `learned`, bool (n,).

    A token is learned where the assistant wrote it; loss is taken on those alone.
    """

    ids: np.ndarray
    learned: np.ndarray


@dataclass(frozen=True)
class Encoding:
    """The conversations that fit, and the places of those that are longer than `max_length`.

    `examples` has the conversation of each entry of `fitting`.
    """

    fitting: list[Encoded]
    examples: list[Example]
    too_long: list[str]


def encode(
    examples: Sequence[Example], template: ChatTemplate, tokenizer: Any, max_length: int
) -> Encoding:
    """Return the examples as tokens.

    Prompt and answer are cut into tokens apart, as a server does: it reads the prompt, and the
    answer's tokens come one by one.

    Raises:
        DataError: a message holds one of the control tokens that the template writes, so that it
            could end its own turn; or the template does not fit; or none of the examples fits
            into `max_length`.
    """
    control = _control(template, tokenizer)
    fitting: list[Encoded] = []
    kept: list[Example] = []
    too_long: list[str] = []
    for example in examples:
        _check(example, control)
        one = _encode(example, template, tokenizer)
        if len(one.ids) <= max_length:
            fitting.append(one)
            kept.append(example)
        else:
            too_long.append(example.place)
    if examples and not fitting:
        raise DataError(
            f"every one of {len(examples)} conversations is longer than {max_length} tokens",
            hint="raise max_length, or shorten the conversations",
        )
    return Encoding(fitting, kept, too_long)


def _control(template: ChatTemplate, tokenizer: Any) -> list[str]:
    """The control tokens that begin and end turns."""
    added = tokenizer.added_tokens_decoder.values()
    special = {str(token) for token in added if token.special} | {*tokenizer.all_special_tokens}
    known = {*template.tokens.values(), template.end}
    return sorted(token for token in special if token in known or token in template.text)


def _check(example: Example, control: Sequence[str]) -> None:
    for number, turn in enumerate(example.turns, start=1):
        for token in control:
            if token in turn.content:
                raise DataError(
                    f"{example.place}: message {number} holds the control token {token}",
                    hint="take it out: written there, it would end or begin a turn",
                )


def _encode(example: Example, template: ChatTemplate, tokenizer: Any) -> Encoded:
    try:
        segments = template.segments(example.turns)
    except DataError as error:
        raise DataError(f"{example.place}: {error}", hint=error.hint) from error
    ids: list[int] = []
    learned: list[bool] = []
    for segment in segments:
        tokens = tokenizer(segment.text, add_special_tokens=False)["input_ids"]
        ids += tokens
        learned += [segment.learned] * len(tokens)
    return Encoded(np.array(ids, dtype=np.int64), np.array(learned, dtype=bool))
