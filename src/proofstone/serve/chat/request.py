"""A request for a chat completion, read and checked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from proofstone.guards.folding import INVISIBLE
from proofstone.models.conversation import Conversation, Role, Turn
from proofstone.serve.chat.errors import Refused
from proofstone.serve.chat.limits import ChatLimits
from proofstone.serve.chat.sources import without_sources

NEW = "new"
"""What asks for a conversation to be kept, where an id goes on with one."""

_SPOKEN: Mapping[str, Role] = {"user": "user", "assistant": "assistant"}
_TOLD = frozenset({"system", "developer"})
_TOOLS = frozenset({"tool", "function"})
_NEUTRAL: Mapping[str, tuple[object, ...]] = {
    "n": (1,),
    "top_p": (1, 1.0),
    "presence_penalty": (0, 0.0),
    "frequency_penalty": (0, 0.0),
    "logit_bias": ({},),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "response_format": ({"type": "text"},),
    "modalities": (["text"],),
    "tool_choice": ("none",),
    "function_call": ("none",),
    "tools": (),
    "functions": (),
    "audio": (),
    "prediction": (),
    "web_search_options": (),
}
"""Fields for which this assistant has one value only, beside null."""
_WITHOUT_EFFECT = frozenset(
    (
        *("user", "metadata", "store", "service_tier", "safety_identifier", "reasoning_effort"),
        *("prompt_cache_key", "prompt_cache_retention", "parallel_tool_calls", "verbosity"),
    )
)
_READ = frozenset(
    (
        *("model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens"),
        *("temperature", "stop", "seed", "proofstone"),
    )
)
_STOPS, _LONGEST_STOP = 4, 200


@dataclass(frozen=True)
class Asked:
    """A chat completion that is asked for.

    `conversation` ends with a question; `ignored` names the roles of turns that do not count.
    `usage` asks for a last chunk with the numbers of tokens. `kept` is the id of a conversation
    that the server keeps, "new", or None; `sources` whether the text names them (None: as served).
    """

    model: str
    conversation: Conversation
    ignored: tuple[str, ...] = ()
    stream: bool = False
    usage: bool = False
    max_tokens: int | None = None
    temperature: float = 0.0
    stop: tuple[str, ...] = ()
    seed: int | None = None
    kept: str | None = None
    sources: bool | None = None

    @property
    def question(self) -> str:
        """The last turn's text."""
        return self.conversation[-1].content


def parse_chat(document: object, limits: ChatLimits, longest: int) -> Asked:
    """Return what the body `document` asks for; a question has at most `longest` characters.

    Raises:
        Refused: it is not what the protocol asks for, or asks for what this assistant cannot do;
            the first field at fault is named.
    """
    state = mapping(document, "")
    _check_fields(state)
    turns, ignored = _turns(required(state, "messages"), limits)
    _check_lengths(turns, limits, longest)
    stream = _flag(state, "stream")
    more = mapping(state.get("proofstone") or {}, "proofstone")
    kept = _kept(more, turns)
    return Asked(
        model=text(required(state, "model"), "model"),
        conversation=tuple(turn for _, turn in turns),
        ignored=ignored,
        stream=stream,
        usage=_usage(state, stream),
        max_tokens=_most(state),
        temperature=_temperature(state.get("temperature")),
        stop=_stop(state.get("stop")),
        seed=_whole(state.get("seed"), "seed"),
        kept=kept,
        sources=_sources(more),
    )


def mapping(value: object, field: str) -> Mapping[str, Any]:
    """Return `value` if it is a JSON object.

    Raises:
        Refused: it is none; names the field.
    """
    if not isinstance(value, dict):
        raise Refused("invalid_type", field, "is not a JSON object" if field else
                      "the body is not a JSON object")  # fmt: skip
    return value


def required(state: Mapping[str, Any], name: str) -> Any:
    """Return the field `name`.

    Raises:
        Refused: it is wanting or null.
    """
    if state.get(name) is None:
        raise Refused("missing_required_parameter", name, "is wanting")
    return state[name]


def text(value: object, field: str) -> str:
    """Return `value` if it is text.

    Raises:
        Refused: it is none; names the field.
    """
    if not isinstance(value, str):
        raise Refused("invalid_type", field, "is not text")
    return value


def unknown(state: Mapping[str, Any], known: frozenset[str], field: str = "") -> None:
    """Refuse what is not among the `known` names of fields."""
    for name in state:
        if name not in known:
            place = f"{field}.{name[:60]}" if field else name[:60]
            raise Refused("unknown_parameter", place, "there is no such field")


def _check_fields(state: Mapping[str, Any]) -> None:
    unknown(state, _READ | _WITHOUT_EFFECT | _NEUTRAL.keys())
    for name, allowed in _NEUTRAL.items():
        value = state.get(name)
        if value is None or any(type(one) is type(value) and one == value for one in allowed):
            continue
        if not allowed:
            problem = "this assistant has none"
            raise Refused("unsupported_parameter", name, problem, hint="leave it out")
        problem = f"this assistant takes {json.dumps(allowed[0])} only"
        raise Refused("unsupported_value", name, problem)


def _turns(value: object, limits: ChatLimits) -> tuple[list[tuple[int, Turn]], tuple[str, ...]]:
    """The turns that count with their places, and the roles of those that do not."""
    if not isinstance(value, list):
        raise Refused("invalid_type", "messages", "is not a list")
    if len(value) > limits.turns:
        problem = f"has {len(value)} turns, and {limits.turns} are the most"
        raise Refused("array_above_max_length", "messages", problem)
    turns: list[tuple[int, Turn]] = []
    ignored: dict[str, None] = {}
    for at, one in enumerate(value):
        field = f"messages[{at}]"
        state = mapping(one, field)
        role = text(state.get("role"), f"{field}.role")
        if role in _TOOLS or state.get("tool_calls") or state.get("function_call"):
            raise Refused("unsupported_value", field, "this assistant calls no tools")
        if role in _TOLD:
            ignored[role] = None
        elif role in _SPOKEN:
            turns.append((at, Turn(_SPOKEN[role], _said(state, role, f"{field}.content"))))
        else:
            problem = f"{role[:40]!r} is not system, developer, user or assistant"
            raise Refused("invalid_value", f"{field}.role", problem)
    if not turns or turns[-1][1].role != "user":
        raise Refused("invalid_value", "messages", "the last turn is not the user's")
    return turns, tuple(ignored)


def _said(state: Mapping[str, Any], role: str, field: str) -> str:
    content = state.get("content")
    if isinstance(content, list):
        content = "".join(_part(one, f"{field}[{at}]") for at, one in enumerate(content))
    said = text(content, field)
    return without_sources(said) if role == "assistant" else said


def _part(part: object, field: str) -> str:
    state = mapping(part, field)
    if state.get("type") != "text":
        raise Refused("unsupported_value", f"{field}.type", "this assistant reads text only")
    return text(state.get("text"), f"{field}.text")


def _check_lengths(turns: Sequence[tuple[int, Turn]], limits: ChatLimits, longest: int) -> None:
    at, last = turns[-1]
    field = f"messages[{at}].content"
    if not INVISIBLE.sub("", last.content).strip():
        raise Refused("invalid_value", field, "the question is empty")
    if len(last.content) > longest:
        problem = f"has {len(last.content)} characters, and {longest} are the most"
        raise Refused("string_above_max_length", field, problem)
    together = sum(len(turn.content) for _, turn in turns)
    if together > limits.characters:
        problem = f"have {together} characters, and {limits.characters} are the most"
        raise Refused("string_above_max_length", "messages", problem)


def _flag(state: Mapping[str, Any], name: str, field: str = "") -> bool:
    value = state.get(name)
    if value is not None and not isinstance(value, bool):
        raise Refused("invalid_type", field or name, "is neither true nor false")
    return bool(value)


def _usage(state: Mapping[str, Any], stream: bool) -> bool:
    if state.get("stream_options") is None:
        return False
    if not stream:
        raise Refused("invalid_value", "stream_options", "is for streams only")
    options = mapping(state["stream_options"], "stream_options")
    unknown(options, frozenset({"include_usage", "include_obfuscation"}), "stream_options")
    return _flag(options, "include_usage", "stream_options.include_usage")


def _whole(value: object, field: str, least: int | None = None) -> int | None:
    if value is None:
        return None
    if type(value) is not int:
        raise Refused("invalid_type", field, "is not a whole number")
    if least is not None and value < least:
        raise Refused("invalid_value", field, f"is less than {least}")
    return value


def _most(state: Mapping[str, Any]) -> int | None:
    names = ("max_completion_tokens", "max_tokens")
    given = [value for name in names if (value := _whole(state.get(name), name, 1)) is not None]
    if len(given) > 1:
        raise Refused("invalid_value", names[1], f"stands beside {names[0]}", hint="give one")
    return given[0] if given else None


def _temperature(value: object) -> float:
    if value is None:
        return 0.0
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused("invalid_type", "temperature", "is not a number")
    if not 0 <= value <= 2:
        raise Refused("invalid_value", "temperature", "is not within 0 and 2")
    return float(value)


def _stop(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    found = value if isinstance(value, list) else [value]
    if len(found) > _STOPS:
        raise Refused("array_above_max_length", "stop", f"has more than {_STOPS} texts")
    stops = tuple(text(one, "stop") for one in found)
    if not all(0 < len(one) <= _LONGEST_STOP for one in stops):
        raise Refused("invalid_value", "stop", f"a text has not 1 to {_LONGEST_STOP} characters")
    return stops


def _kept(state: Mapping[str, Any], turns: Sequence[tuple[int, Turn]]) -> str | None:
    unknown(state, frozenset({"conversation", "sources"}), "proofstone")
    field = "proofstone.conversation"
    kept = state.get("conversation")
    if kept is None or text(kept, field) == NEW:
        return kept
    if len(turns) > 1:
        raise Refused(
            "invalid_value", "messages", "the earlier turns are kept already",
            hint=f"with {field}, send the new question alone",
        )  # fmt: skip
    return str(kept)


def _sources(state: Mapping[str, Any]) -> bool | None:
    value = state.get("sources")
    if value not in (None, "text", "none"):
        raise Refused("invalid_value", "proofstone.sources", "is neither text nor none")
    return None if value is None else value == "text"
