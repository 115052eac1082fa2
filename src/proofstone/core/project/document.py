"""A YAML document with the line of every key and value, read so that nothing in it can surprise."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from proofstone.core.errors import Problem

Path = tuple[str | int, ...]

LARGEST = 1_000_000
DEEPEST = 24

_WORD = re.compile(r"^[A-Za-z_][\w-]*$")
_TRUE = frozenset({"yes", "true", "on"})


class Reader(yaml.SafeLoader):
    """Composes nodes only, and refuses aliases and deep nesting while it does.

    Scalars resolve as in YAML 1.2, but for yes/no/on/off, which readers of 1.1 take for booleans:
    they stay booleans here, so that a file means the same to everyone or is refused.
    """

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Compose one node; raises `yaml.composer.ComposerError` at an alias or too deep."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.composer.ComposerError(
                problem="anchors and aliases (& and *) are not read",
                problem_mark=event.start_mark,
            )
        if self.depth >= DEEPEST:
            raise yaml.composer.ComposerError(
                problem=f"nested more than {DEEPEST} deep", problem_mark=event.start_mark
            )
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


RESOLVERS: tuple[tuple[str, str, str], ...] = (
    ("bool", r"^(?:yes|no|true|false|on|off)$", "yYnNtTfFoO"),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    (
        "float",
        r"^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=e))(?:e[-+]?[0-9]+)?$",
        "-+.0123456789",
    ),
    ("null", r"^(?:~|null|)$", "~nN"),
)
Reader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in RESOLVERS:
    Reader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(_pattern, re.IGNORECASE), [*_first]
    )
Reader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^$"), [""])


class Form(NamedTuple):
    """What a file holds at its top: a `dict` or a `list`; what is said where it does not."""

    kind: type
    message: str
    hint: str
    empty: str


PROJECT = Form(
    dict,
    "the file must be a mapping of keys to values",
    "start with `version: 1`",
    "`proofstone init` writes one to start from",
)


def dotted(path: Path) -> str:
    """The path as a person writes it.

    >>> dotted(("train", "candidates", 2, "family"))
    'train.candidates[2].family'
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _WORD.match(part):
            text += f".{part}" if text else part
        else:
            text += f'["{part}"]'
    return text or "(file)"


@dataclass
class Document:
    """The plain values of a file, where each stands, and what was wrong with the YAML itself."""

    file: str
    value: Any = None
    keys: dict[Path, int] = field(default_factory=dict)
    values: dict[Path, int] = field(default_factory=dict)
    texts: dict[Path, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def listed_under(self, key: str) -> Document:
        """This file's list as the value of `key`, for a schema that has it there."""
        return Document(
            self.file,
            {key: self.value if isinstance(self.value, list) else []},
            {(key, *at): line for at, line in self.keys.items()},
            {(key, *at): line for at, line in self.values.items()},
            {(key, *at): text for at, text in self.texts.items()},
            self.problems,
        )

    def line(self, path: Path, *, key: bool = False) -> int:
        """The 1-based line of the value (or key) at `path`, or of its nearest parent."""
        for end in range(len(path), -1, -1):
            places = self.keys if key and end == len(path) else self.values
            for lines in (places, self.keys, self.values):
                if path[:end] in lines:
                    return lines[path[:end]]
        return 1

    def problem(self, path: Path, message: str, hint: str = "", *, key: bool = False) -> Problem:
        """A problem at `path` of this file."""
        return Problem(self.file, self.line(path, key=key), dotted(path), message, hint)

    def at(self, *path: str | int) -> Any:
        """The value at `path`, or None where there is none."""
        value = self.value
        for part in path:
            inside = isinstance(value, list) and isinstance(part, int) and part < len(value)
            if not inside and not (isinstance(value, dict) and part in value):
                return None
            value = value[part]
        return value

    def text(self, *path: str | int) -> str | None:
        """The text at `path`, or None where there is none."""
        value = self.at(*path)
        return value if isinstance(value, str) else None

    def texts_in(self, *path: str | int) -> list[str] | None:
        """The texts in the list at `path`: none where it is absent, None where it is no list."""
        value = self.at(*path)
        if value is not None and not isinstance(value, list):
            return None
        return [item for item in value or () if isinstance(item, str)]

    def items(self, *path: str | int) -> Iterator[tuple[Path, Any]]:
        """The path and value of each entry of the list or mapping at `path`."""
        value = self.at(*path)
        if isinstance(value, dict):
            yield from (((*path, key), entry) for key, entry in value.items())
        elif isinstance(value, list):
            yield from (((*path, index), entry) for index, entry in enumerate(value))


def read_document(data: bytes, file: str, form: Form = PROJECT) -> Document:
    """Read the bytes of a YAML file. What is wrong with them stands in `Document.problems`."""
    document = Document(file)
    text = _decode(data, document)
    if text is None:
        return document
    reader = None
    try:
        reader = Reader(text)
        node = reader.get_single_node()
    except yaml.MarkedYAMLError as error:
        document.problems.append(_syntax_problem(error, file))
        return document
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        message = f"character {error.character:#06x} is not allowed in YAML"
        document.problems.append(Problem(file, line, "(file)", message, "delete it"))
        return document
    if node is None:
        document.problems.append(_empty(file, form))
        return document
    document.value = _build(node, (), document)
    if document.value is None and not document.problems:
        document.problems.append(_empty(file, form))
    elif not isinstance(document.value, form.kind) and not document.problems:
        document.problems.append(document.problem((), form.message, form.hint))
    return document


def _decode(data: bytes, document: Document) -> str | None:
    if len(data) > LARGEST:
        message = f"the file has {len(data):,} bytes; at most {LARGEST:,} are read"
        document.problems.append(document.problem((), message, "is it really a project file?"))
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        utf16 = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
        found = "is UTF-16" if utf16 else f"has byte {data[error.start]:#04x}, which no UTF-8 has"
        message = f"the file is not UTF-8: it {found}"
        hint = "save it as UTF-8"
        document.problems.append(Problem(document.file, line, "(file)", message, hint))
        return None


def _empty(file: str, form: Form) -> Problem:
    return Problem(file, 1, "(file)", "the file is empty", form.empty)


def _syntax_problem(error: yaml.MarkedYAMLError, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    message = error.problem or "not YAML"
    hint = "write the value out" if "aliases" in message else ""
    if r"'\t'" in message:
        message, hint = "a tab cannot indent YAML", "indent with spaces"
    elif error.context and not hint:
        message = f"{error.context}: {message}"
    return Problem(file, line, "(file)", f"not YAML: {message}", hint)


def _build(node: yaml.Node, path: Path, document: Document) -> Any:
    document.values.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, document)
    if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
        return [_build(item, (*path, at), document) for at, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, path, document)
    return _strange_tag(node, path, document)


def _mapping(node: yaml.MappingNode, path: Path, document: Document) -> Any:
    if node.tag != "tag:yaml.org,2002:map":
        return _strange_tag(node, path, document)
    built: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            message = "a key must be one word or a quoted text"
            document.problems.append(Problem(document.file, line, dotted(path), message))
            continue
        key = key_node.value
        inner = (*path, key)
        if key in built:
            message = f'"{key}" stands twice; the first is on line {document.keys[inner]}'
            hint = "keep one of them"
            document.problems.append(Problem(document.file, line, dotted(inner), message, hint))
            continue
        document.keys[inner] = line
        built[key] = _build(value_node, inner, document)
    return built


def _scalar(node: yaml.ScalarNode, path: Path, document: Document) -> Any:
    kind, text = node.tag.removeprefix("tag:yaml.org,2002:"), node.value
    document.texts[path] = text
    if kind == "str":
        return text
    if kind == "bool":
        return text.lower() in _TRUE
    if kind == "null":
        return None
    if kind in {"int", "float"}:
        try:
            number = float(text)
        except ValueError:
            return _strange_tag(node, path, document)
        if math.isfinite(number) and (kind == "float" or abs(number) < 2**63):
            return number if kind == "float" else int(text)
        document.problems.append(document.problem(path, f"{text[:30]} is too large a number"))
        return None
    return _strange_tag(node, path, document)


def _strange_tag(node: yaml.Node, path: Path, document: Document) -> None:
    message = f"the tag {node.tag} is not read"
    document.problems.append(document.problem(path, message, "write a plain value"))
