"""Optional libraries: imported where they are used, with the install line when absent."""

from __future__ import annotations

import importlib
from types import ModuleType

from proofstone.core.errors import MissingExtra


def need(module: str, extra: str) -> ModuleType:
    """Import and return `module`, which the extra `extra` installs.

    Raises:
        MissingExtra: it is not installed; the hint is the line that installs it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] != module.split(".", maxsplit=1)[0]:
            raise
        raise MissingExtra(module, extra) from error
