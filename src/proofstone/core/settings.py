"""Settings: everything that an environment variable decides, in one table."""

from __future__ import annotations

import getpass
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from proofstone.core.errors import InputError
from proofstone.core.project.nearest import nearest

PREFIX = "PROOFSTONE_"
_SCHEMES = ("sqlite", "postgresql+psycopg")


class Address:
    """The address of a ledger, with a password perhaps: `reveal` tells it, printing does not."""

    def __init__(self, url: str) -> None:
        self._url = url

    def reveal(self) -> str:
        """The whole address, for the driver only."""
        return self._url

    def __str__(self) -> str:
        return re.sub(r"//.*@", "//***@", self._url, flags=re.DOTALL).partition("?")[0]

    def __repr__(self) -> str:
        return f"Address({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Address) and other._url == self._url

    def __hash__(self) -> int:
        return hash(self._url)


@dataclass(frozen=True)
class Settings:
    """The settings in force. `ledger` is None where it is the SQLite file in `home`."""

    home: Path
    models: Path
    ledger: Address | None
    workers: int
    lock_wait: float
    language: Literal["en", "zh"] | None
    user: str
    color: Literal["auto", "always", "never"]
    vllm: str


@dataclass(frozen=True)
class Setting:
    """One row of the table: `default` is what the documentation says, `read` makes the value.

    `read` raises ValueError, whose message says what would be right and never repeats the value.
    """

    name: str
    kind: str
    default: str
    meaning: str
    read: Callable[[str], Any]

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return PREFIX + self.name.upper()


def _path(text: str) -> Path:
    return Path(text or ".proofstone")


def _models(text: str) -> Path:
    try:
        return Path(text or "~/.cache/proofstone/models").expanduser().absolute()
    except RuntimeError:
        raise ValueError("give the path of a folder: your home folder is not known") from None


def _ledger(text: str) -> Address | None:
    if not text:
        return None
    if text.partition("://")[0] not in _SCHEMES:
        raise ValueError(f"start it with {' or '.join(f'{name}://' for name in _SCHEMES)}")
    return Address(text)


def _workers(text: str) -> int:
    if not text:
        count = getattr(os, "sched_getaffinity", None)
        return len(count(0)) if count else os.cpu_count() or 1
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise ValueError("give a whole number from 1 to 1024")
    return int(text)


def _seconds(text: str) -> float:
    if not text:
        return 30.0
    if not re.fullmatch(r"\d{1,6}(\.\d*)?", text):
        raise ValueError("give a number of seconds, such as 30; 0 does not wait")
    return float(text)


def _language(text: str) -> str | None:
    if text and text not in {"en", "zh"}:
        raise ValueError("give en or zh")
    return text or None


def _user(text: str) -> str:
    if text:
        return text
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _color(text: str) -> str:
    if text and text not in {"auto", "always", "never"}:
        raise ValueError("give auto, always or never")
    return text or "auto"


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "home",
        "folder",
        "`.proofstone` beside the project file",
        "Where artifacts, the ledger and keys are kept; a relative one starts at the project",
        _path,
    ),
    Setting(
        "models",
        "folder",
        "`~/.cache/proofstone/models`",
        "Where fetched models are kept, for all projects of this user",
        _models,
    ),
    Setting(
        "ledger",
        "address",
        "an SQLite file in the home folder",
        "`postgresql+psycopg://USER:PASSWORD@HOST/DATABASE` shares one ledger within a team; "
        "the password is never shown",
        _ledger,
    ),
    Setting(
        "workers",
        "number",
        "the cores that this process may use",
        "Processes that a step spreads its work over",
        _workers,
    ),
    Setting(
        "lock_wait",
        "seconds",
        "30",
        "How long a second run in the same project waits for the first before it gives up",
        _seconds,
    ),
    Setting(
        "language",
        "`en` or `zh`",
        "that of `LANG`, else English",
        "Language of reports and messages; JSON stays English",
        _language,
    ),
    Setting(
        "user",
        "text",
        "the name that this machine knows you by",
        "Who is written down as having decided, in promotions and rollbacks",
        _user,
    ),
    Setting(
        "color",
        "`auto`, `always` or `never`",
        "auto",
        "Whether the terminal shows colors",
        _color,
    ),
    Setting(
        "vllm",
        "program",
        "`vllm` on the search path",
        "Runs chat models that are folders of safetensors; it may lie in an environment of its own",
        lambda text: text or "vllm",
    ),
)


def settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings in force, from `environment` (by default this process's own, read anew).

    Raises:
        InputError: a variable has a value that cannot be used; the value itself is not shown,
            since it may be a secret.

    >>> settings({"PROOFSTONE_WORKERS": "3"}).workers
    3
    """
    environment = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        try:
            values[setting.name] = setting.read(environment.get(setting.variable, "").strip())
        except ValueError as error:
            message = f"{setting.variable} cannot be used"
            raise InputError(message, hint=str(error)) from None
    return Settings(**values)


def unknown_variables(environment: Mapping[str, str] | None = None) -> list[str]:
    """A sentence for each variable that is named like a setting but is none.

    >>> unknown_variables({"PROOFSTONE_WORKER": "3"})
    ['PROOFSTONE_WORKER is no setting: did you mean "PROOFSTONE_WORKERS"?']
    """
    environment = os.environ if environment is None else environment
    names = [setting.variable for setting in SETTINGS]
    strange = sorted(name for name in environment if name.startswith(PREFIX) and name not in names)
    return [f"{name} is no setting: {nearest(name, names)}" for name in strange]


def table() -> str:
    """The settings as a Markdown table, for the documentation."""
    rows = ["| variable | what it is | default | meaning |", "| --- | --- | --- | --- |"]
    rows += [
        f"| `{setting.variable}` | {setting.kind} | {setting.default} | {setting.meaning} |"
        for setting in SETTINGS
    ]
    return "\n".join(rows)
