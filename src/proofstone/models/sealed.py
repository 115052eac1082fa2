"""Bytes in sealed memory under a path, so that what was checked is what another library opens."""

from __future__ import annotations

import fcntl
import os
import weakref
from pathlib import Path

from proofstone.core.errors import InputError

_SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE


class Sealed:
    """A file in memory that nobody can change, this process included; gone with this object.

    Raises:
        InputError: the system has no sealed memory (Linux 3.17, 2014), or no room for it.

    Not covered: a debugger that may write into this process, and whoever holds its user's or
    root's rights to attach one.
    """

    def __init__(self, data: bytes, name: str) -> None:
        try:
            handle = os.memfd_create(name[:64], os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        except (AttributeError, OSError) as error:
            hint = "run it on Linux, or open the model by its path"
            raise InputError(f"{name}: there is no sealed memory here", hint=hint) from error
        self._close = weakref.finalize(self, os.close, handle)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(handle, view) :]
            fcntl.fcntl(handle, fcntl.F_ADD_SEALS, _SEALS)
        except OSError as error:
            self._close()
            raise InputError(f"{name}: {error.strerror}", hint="free some memory") from error
        self.name = name
        self.path = Path(f"/proc/self/fd/{handle}")

    def close(self) -> None:
        """Give the memory back once nobody else has it open."""
        self._close()
