"""Gates without a project: a YAML list, or mappings, held to what a project file is held to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from proofstone.core.errors import InputError
from proofstone.core.project.document import Document, Form, read_document
from proofstone.core.project.gates import limit_problems
from proofstone.core.project.schema import Gate, Section
from proofstone.core.project.validate import validate
from proofstone.pipeline.known import known_names

_HINT = "each gate has metric, subject, min or max, and reason"
_EXAMPLE = '- {metric: roc_auc, min: 0.7, reason: "why this limit"}'
_FORM = Form(list, "the file is not a list of gates", _EXAMPLE, _EXAMPLE)


class _Gates(Section):
    gates: list[Gate] = Field(description="What must hold")


@dataclass(frozen=True)
class GatesFile:
    """The gates of a file, and the 1-based line that each begins on."""

    path: Path
    gates: Sequence[Gate]
    lines: Sequence[int]


def read_gates(path: Path) -> GatesFile:
    """Read a YAML list of gates.

    Raises:
        InputError: it cannot be read or is not such a list; the message names lines and entries.
    """
    try:
        found = read_document(path.read_bytes(), str(path), _FORM)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}", hint=_EXAMPLE) from error
    listed = found.listed_under("gates")
    gates = _held(listed)
    return GatesFile(path, gates, [listed.line(("gates", at)) for at in range(len(gates))])


def parse_gates(entries: Sequence[Mapping[str, Any]]) -> Sequence[Gate]:
    """Return the gates that mappings describe.

    Raises:
        InputError: an entry is no gate; the message names it.
    """
    listed = Document("", {"gates": [_plain(entry) for entry in entries]})
    for place, entry in enumerate(entries):
        fields = entry.items() if isinstance(entry, Mapping) else ()
        listed.texts |= {("gates", place, key): str(value) for key, value in fields}
        listed.texts[("gates", place)] = str(entry)
    return _held(listed)


def _plain(entry: Any) -> Any:
    return dict(entry) if isinstance(entry, Mapping) else entry


def _held(document: Document) -> Sequence[Gate]:
    read, problems = validate(document, _Gates)
    problems = [*document.problems, *problems]
    problems += limit_problems(document, known_names(), "gates")
    if read is None or problems:
        said = (str(problem) for problem in sorted(problems, key=lambda one: one.line))
        raise InputError("\n".join(one.removeprefix(":1: ") for one in said), hint=_HINT)
    return read.gates
