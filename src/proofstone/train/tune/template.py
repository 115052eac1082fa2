"""Chat templates: how a conversation becomes text, which of it is the assistant's, and its digest.

A template is code that comes with a model. It runs in jinja2's immutable sandbox, which hides
Python's internals and forbids changes to what it is given.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

from jinja2 import Template, TemplateError
from jinja2.ext import Extension, loopcontrols
from jinja2.nodes import Node
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from proofstone.core.canonical import digest
from proofstone.core.errors import DataError, VerificationError
from proofstone.models.conversation import Turn
from proofstone.models.gguf_header import check_gguf

_KEY = "tokenizer.chat_template"
_LONGEST = 100_000


@dataclass(frozen=True)
class Segment:
    """A stretch of a rendered conversation; `learned` where it is what the assistant wrote."""

    text: str
    learned: bool


@dataclass(frozen=True)
class ChatTemplate:
    """A model's chat template.

    `tokens` are the special tokens that it may name, such as `eos_token`; `end` is the one that
    ends the assistant's turn.

    >>> text = "{% for m in messages %}[{{ m.role }}]{{ m.content }}</s>{% endfor %}"
    >>> text += "{% if add_generation_prompt %}[assistant]{% endif %}"
    >>> template = ChatTemplate(text, {}, "</s>")
    >>> template.render([Turn("user", "Hi")], reply=True)
    '[user]Hi</s>[assistant]'
    >>> [one.text for one in template.segments([Turn("user", "Hi"), Turn("assistant", "Ho")])]
    ['[user]Hi</s>[assistant]', 'Ho</s>']

    Not covered: a template that runs without end, or that builds a huge text, is not stopped.
    """

    text: str
    tokens: Mapping[str, str]
    end: str

    @property
    def sha256(self) -> str:
        """SHA-256 of the template's text in UTF-8, 64 hexadecimal digits."""
        return _digest(self.text)

    def render(self, turns: Sequence[Turn], *, reply: bool) -> str:
        """Return the conversation as text; `reply` opens the assistant's turn at its end.

        Raises:
            DataError: the template fails, or refuses these turns.
        """
        try:
            return self._compiled.render(
                messages=[one.to_json() for one in turns],
                add_generation_prompt=reply,
                **self.tokens,
            )
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
            raise DataError(
                f"chat template: {error}",
                hint="compare the roles of the conversation with what the model's template knows",
            ) from error

    def segments(self, turns: Sequence[Turn]) -> list[Segment]:
        """Cut the rendered conversation where the assistant begins and ends.

        What is learned is each assistant's content and the token that ends it. What stands before
        is exactly the prompt that a server would render for that turn.

        Raises:
            DataError: the template rewrites earlier turns or the answers, so that the text which
                is trained on would not be the text which is served.
        """
        found: list[Segment] = []
        done = ""
        for number, turn in enumerate(turns):
            if turn.role != "assistant":
                continue
            prompt = self.render(turns[:number], reply=True)
            whole = self.render(turns[: number + 1], reply=False)
            if not prompt.startswith(done):
                raise _rewritten(f"message {number + 1}: the template changes what stood before it")
            if not whole.startswith(prompt + turn.content):
                raise _rewritten(f"message {number + 1}: the template changes the assistant's text")
            answer = turn.content
            if whole.startswith(self.end, len(prompt) + len(answer)):
                answer += self.end
            found += [Segment(prompt[len(done) :], False), Segment(answer, True)]
            done = prompt + answer
        return found

    @cached_property
    def _compiled(self) -> Template:
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols, _Generation]
        )
        environment.filters["tojson"] = _tojson
        environment.globals["raise_exception"] = _refuse
        try:
            return environment.from_string(self.text)
        except TemplateError as error:
            raise DataError(
                f"chat template, line {getattr(error, 'lineno', 1)}: {error}",
                hint="use a model whose chat template is valid jinja2",
            ) from error


def template_of_gguf(path: Path) -> str:
    """Return the text of the chat template in the GGUF file `path`.

    Raises:
        DataError: the file is not whole, or has no chat template.
        MissingExtra: the library that knows the sizes of tensors is not installed.
    """
    text = check_gguf(path).values.get(_KEY)
    if not isinstance(text, str) or not text.strip():
        raise DataError(
            f"{path}: has no chat template", hint="use an instruction-tuned model, or convert again"
        )
    return check_template_text(text, str(path))


def check_template_text(text: str, place: str) -> str:
    """Return `text` unless it is too long for a chat template.

    Raises:
        DataError: it has more than 100,000 characters; the message begins with `place`.
    """
    if len(text) > _LONGEST:
        raise DataError(
            f"{place}: its chat template has {len(text)} characters; at most {_LONGEST} are read",
            hint="use a model with a plain chat template",
        )
    return text


def check_template(path: Path, expected: str) -> None:
    """Raise unless the chat template in the GGUF file `path` has the SHA-256 `expected`.

    A tuned model has learned one way of writing a conversation; with another it is another model.

    Raises:
        VerificationError: it differs; the message names both digests.
        DataError: the file is not whole, or has no chat template.
    """
    found = _digest(template_of_gguf(path))
    if found != expected:
        raise VerificationError(
            f"{path}: its chat template has the SHA-256 {found}, not {expected}",
            hint="serve the base model that the adapter was trained on, or tune again on this one",
        )


def _digest(text: str) -> str:
    """Of the bytes as the file has them, even where they are no UTF-8."""
    return digest(text.encode("utf-8", "surrogateescape"))


class _Generation(Extension):
    """Reads `{% generation %}`, by which some templates mark the assistant's text, as its body."""

    tags = frozenset({"generation"})  # type: ignore[assignment]

    def parse(self, parser: Parser) -> list[Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def _tojson(value: Any, indent: int | None = None) -> str:
    """JSON without the escapes for HTML, as templates of chat models expect it."""
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _refuse(message: str) -> NoReturn:
    raise TemplateError(message)


def _rewritten(what: str) -> DataError:
    return DataError(
        f"chat template, {what}",
        hint="leave white space around the answers out, or give one example for each answer",
    )
