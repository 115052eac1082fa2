"""Where an endpoint is, and the key that it asks for."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from proofstone.core.errors import InputError

_FORM = "such as https://llm.example.com/v1"


@dataclass(frozen=True)
class Address:
    """The address of an endpoint and the name of the environment variable with its key.

    The key itself is read for each request, and kept nowhere.

    Raises:
        InputError: the address is none, is not HTTPS though it leaves this machine, or carries
            credentials or a query; or the variable is not set.
    """

    url: str
    variable: str | None = field(default=None)

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            host, _ = parts.hostname, parts.port
        except ValueError as error:
            raise InputError(f"the endpoint's address is none: {error}", hint=_FORM) from None
        if "@" in parts.netloc:
            hint = "put the key into an environment variable, and name that"
            raise InputError("the endpoint's address carries credentials", hint=hint)
        if not host or parts.scheme not in {"http", "https"} or parts.query or parts.fragment:
            shown = self.url.partition("?")[0]
            raise InputError(f"{shown}: is no address of an endpoint", hint=_FORM)
        if parts.scheme == "http" and not _is_here(host):
            hint = "use https: questions, answers and the key would be readable on the way"
            raise InputError(f"{self.url}: is not encrypted", hint=hint)
        self.headers()

    def headers(self) -> dict[str, str]:
        """Return the header that carries the key; none where no variable is named."""
        if self.variable is None:
            return {}
        return {"Authorization": f"Bearer {self._key(self.variable)}"}

    def hidden(self, text: str) -> str:
        """Return `text` with the key blotted out, should the other side repeat it."""
        return text if self.variable is None else text.replace(self._key(self.variable), "***")

    def path(self, name: str) -> str:
        """Return the address of one of the endpoint's operations."""
        return f"{self.url.rstrip('/')}/{name}"

    @staticmethod
    def _key(variable: str) -> str:
        key = os.environ.get(variable, "").strip()
        if not key or not key.isascii() or not key.isprintable():
            hint = f"export {variable}=..., without spaces or line ends within"
            raise InputError(f"{variable}: is not set to a key", hint=hint)
        return key


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
