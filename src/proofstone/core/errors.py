"""Every error that Proofstone raises on purpose.

    ProofstoneError            a defect of ours unless a subclass says otherwise     exit 1
    ├── InputError             bad input or usage                                    exit 2
    │   ├── ProjectFileError   proofstone.yaml, every problem at once
    │   ├── DataError          a table, a column, a row
    │   ├── StoreError         disk full, read-only, damaged object, newer ledger
    │   └── Busy               another run holds the project
    ├── GateShut               a gate did not open                                   exit 3
    ├── VerificationError      a signature, digest or file does not hold             exit 4
    ├── MissingExtra           an optional library is absent                         exit 5
    └── MissingTool            a program is absent                                   exit 5

Each carries a stable `code`, a `kind` that every door maps once to its own status,
a message fit for a stranger (place first), and a `hint` that says what to do next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

Kind = Literal["defect", "input", "gate", "verification", "missing"]

EXIT_CODES: dict[Kind, int] = {
    "defect": 1,
    "input": 2,
    "gate": 3,
    "verification": 4,
    "missing": 5,
}


class ProofstoneError(Exception):
    """Root of the tree. `str(error)` is the message; `hint` says what would be right."""

    kind: ClassVar[Kind] = "defect"
    code: ClassVar[str] = "defect"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes as what it is, whatever its class is made from."""
        return _again, (type(self), self.args, self.__dict__)

    @property
    def exit_code(self) -> int:
        """The process exit status of this kind of error."""
        return EXIT_CODES[self.kind]

    def to_json(self) -> dict[str, object]:
        """The error as a JSON document, the same at every door."""
        return {"code": self.code, "kind": self.kind, "message": str(self), "hint": self.hint}


def _again(kind: type[ProofstoneError], args: tuple[Any, ...], state: dict[str, Any]) -> Exception:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class InputError(ProofstoneError):
    """Bad input or usage; the message names the place, the hint what would be right."""

    kind = "input"
    code = "input"


@dataclass(frozen=True)
class Problem:
    """One problem in a project file: where it stands, what it is, what would be right."""

    file: str
    line: int
    field: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        text = f"{self.file}:{self.line}: {self.field}: {self.message}"
        return f"{text} ({self.hint})" if self.hint else text


class ProjectFileError(InputError):
    """The project file does not hold; `problems` lists all that was found, at once."""

    code = "project-file"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(
            "\n".join(str(problem) for problem in problems),
            hint="mend the lines above, then run `proofstone check` again",
        )
        self.problems = tuple(problems)

    def to_json(self) -> dict[str, object]:
        """The error with its problems as a list of objects."""
        return super().to_json() | {"problems": [vars(problem) for problem in self.problems]}


class DataError(InputError):
    """A table, a column or a row is not what was declared."""

    code = "data"


class StoreError(InputError):
    """The store cannot be read or written: disk full, read-only, damaged, or newer than we are."""

    code = "store"


class Busy(InputError):
    """Another process holds the project's ledger."""

    code = "busy"


class GateShut(ProofstoneError):
    """A gate did not open, so what lies behind it was not done."""

    kind = "gate"
    code = "gate-shut"


class VerificationError(ProofstoneError):
    """A signature, digest or file does not hold. Nothing of it may be used."""

    kind = "verification"
    code = "verification"


class MissingExtra(ProofstoneError):
    """An optional library is absent; the hint is the line that installs it."""

    kind = "missing"
    code = "missing-extra"

    def __init__(self, module: str, extra: str) -> None:
        super().__init__(f"{module} is not installed", hint=f"pip install 'proofstone[{extra}]'")


class MissingTool(ProofstoneError):
    """A program is not on this machine; the hint says how to get it."""

    kind = "missing"
    code = "missing-tool"

    def __init__(self, program: str, hint: str) -> None:
        super().__init__(f"{program} is not installed", hint=hint)


class Cancelled(Exception):
    """Somebody asked to stop; what is not finished is not kept."""
