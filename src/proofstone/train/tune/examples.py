"""Training examples: conversations from JSONL or YAML, each fault with its line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
import yaml

from proofstone.core.canonical import canonical_json, digest_json
from proofstone.core.errors import DataError
from proofstone.models.conversation import Conversation, Role, Turn

_ROLES = get_args(Role)
_SHOWN = 20
_HINT = (
    'a conversation is {"messages": [{"role": "user", "content": "…"}, '
    '{"role": "assistant", "content": "…"}]}: an optional system message, then user and assistant '
    "in turn, ending with the assistant"
)


@dataclass(frozen=True)
class Example:
    """A conversation that ends with the assistant.

    `place` is the file and line it came from; conversations with one `group` are held out
    together. The group is the first question where the file names none.
    """

    turns: Conversation
    place: str
    group: str

    def to_json(self) -> dict[str, Any]:
        """The conversation as one line of a JSONL file holds it."""
        return {"group": self.group, "messages": [one.to_json() for one in self.turns]}


def read_examples(path: Path) -> list[Example]:
    """Return the conversations in `path`: one JSON object a line, or a YAML list of them.

    Raises:
        DataError: the file cannot be read, holds none, or some are at fault; the message lists
            up to 20 of them, each by its line.
    """
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: is not UTF-8: {error}", hint="save it as UTF-8") from error
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}", hint="name a JSONL or YAML file") from error
    entries = _yaml(path, text) if path.suffix in {".yaml", ".yml"} else _lines(path, text)
    found: list[Example] = []
    faults: list[str] = []
    for place, entry in entries:
        try:
            found.append(_example(entry, place))
        except ValueError as fault:
            faults.append(f"{place}: {fault}")
    if faults:
        more = [f"and {len(faults) - _SHOWN} more"] if len(faults) > _SHOWN else []
        raise DataError("\n".join(faults[:_SHOWN] + more), hint=_HINT)
    if not found:
        raise DataError(f"{path}: holds no conversation", hint=_HINT)
    return found


def write_examples(examples: Sequence[Example]) -> bytes:
    """Return the conversations as JSONL, which `read_examples` reads."""
    return b"".join(canonical_json(one.to_json()) + b"\n" for one in examples)


def examples_digest(examples: Sequence[Example]) -> str:
    """SHA-256 of what the conversations say, in their order and apart from where they stood."""
    return digest_json([one.to_json() for one in examples])


def split(
    examples: Sequence[Example], share: float, seed: int
) -> tuple[list[Example], list[Example]]:
    """Return the examples to train on and those held out, each in their order.

    `share` of the groups is held out, at least one, and one is left to train on.

    Raises:
        DataError: there are fewer than two groups.
    """
    groups = sorted({one.group for one in examples})
    if len(groups) < 2:
        raise DataError(
            f"{len(groups)} group of conversations: too few to hold some out",
            hint="add conversations with other questions, or set early_stopping to null",
        )
    count = min(max(1, round(share * len(groups))), len(groups) - 1)
    order = np.random.default_rng([seed, len(groups)]).permutation(len(groups))
    held = {groups[position] for position in order[:count]}
    train = [one for one in examples if one.group not in held]
    return train, [one for one in examples if one.group in held]


def _lines(path: Path, text: str) -> Iterator[tuple[str, Any]]:
    """Place and content of each line; what is no JSON comes as the error that says so."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield f"{path}:{number}", json.loads(line)
        except (ValueError, RecursionError) as error:
            yield f"{path}:{number}", ValueError(f"is not JSON: {error}")


def _yaml(path: Path, text: str) -> Iterator[tuple[str, Any]]:
    try:
        root = yaml.compose(text, yaml.SafeLoader)
        entries = yaml.load(text, yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        raise DataError(f"{path}: is not YAML: {error}", hint=_HINT) from error
    if root is None:
        return
    if not isinstance(root, yaml.SequenceNode):
        raise DataError(f"{path}:1: is not a list", hint=_HINT)
    for node, entry in zip(root.value, entries, strict=True):
        yield f"{path}:{node.start_mark.line + 1}", entry


def _example(entry: Any, place: str) -> Example:
    """One entry as an example; raises ValueError that says what is wrong with it."""
    if isinstance(entry, ValueError):
        raise entry
    entry = {"messages": entry} if isinstance(entry, list) else entry
    if not isinstance(entry, dict) or not isinstance(entry.get("messages"), list):
        raise ValueError("has no list of messages")
    if strange := sorted(entry.keys() - {"messages", "group"}):
        raise ValueError(f"has an unknown key {strange[0]!r}; known are messages and group")
    turns = _turns(entry["messages"])
    group = entry.get("group", next(one.content for one in turns if one.role == "user"))
    if not isinstance(group, str) or not group:
        raise ValueError("has a group that is no text")
    return Example(turns, place, group)


def _turns(messages: list[Any]) -> Conversation:
    turns = tuple(_turn(number, one) for number, one in enumerate(messages, start=1))
    if not turns:
        raise ValueError("has no message")
    spoken = turns[1:] if turns[0].role == "system" else turns
    for number, turn in enumerate(spoken):
        wanted = "assistant" if number % 2 else "user"
        if turn.role != wanted:
            at = number + 1 + len(turns) - len(spoken)
            raise ValueError(f"message {at} is the {turn.role}'s, not the {wanted}'s")
    if not spoken or spoken[-1].role != "assistant":
        raise ValueError("does not end with the assistant")
    return turns


def _turn(number: int, message: Any) -> Turn:
    if not isinstance(message, dict) or message.keys() != {"role", "content"}:
        raise ValueError(f"message {number} is not an object of role and content")
    role, content = message["role"], message["content"]
    if role not in _ROLES:
        raise ValueError(f"message {number} has the role {role!r}, not one of {', '.join(_ROLES)}")
    if not isinstance(content, str) or not content.strip():
        raise ValueError(f"message {number} has no text")
    try:
        content.encode()
    except UnicodeEncodeError:
        raise ValueError(f"message {number} holds half of a surrogate pair") from None
    return Turn(role, content)
