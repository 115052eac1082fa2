"""Addresses of machines: IP and MAC."""

from __future__ import annotations

import ipaddress

from proofstone.guards.recognisers.recogniser import Recogniser, matches


def _somebodys(address: str) -> bool:
    """Whether `address` is one, and neither loopback, unspecified nor a netmask."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    named = found.version == 4 or sum(part != "" for part in address.split(":")) >= 3
    own = found.is_loopback or found.is_unspecified or address.startswith("255.")
    return named and not own


RECOGNISERS = (
    Recogniser(
        "IP",
        0.7,
        matches(
            r"[0-9](?<![0-9A-Za-z._-][0-9])[0-9]{0,2}(?:\.[0-9]{1,3}){3}(?![0-9A-Za-z_-]|\.[0-9])",
            _somebodys,
        ),
    ),
    Recogniser(
        "IP",
        0.8,
        matches(
            r"[0-9A-Fa-f](?<![0-9A-Za-z_:.][0-9A-Fa-f])[0-9A-Fa-f]{0,3}:"
            r"(?:[0-9A-Fa-f]{0,4}:){1,6}[0-9A-Fa-f]{0,4}(?![0-9A-Za-z_:])",
            _somebodys,
        ),
        needs=(":",),
    ),
    Recogniser(
        "MAC",
        0.9,
        matches(
            r"[0-9A-Fa-f](?<![0-9A-Za-z:-][0-9A-Fa-f])[0-9A-Fa-f]"
            r"(?:(?::[0-9A-Fa-f]{2}){5}|(?:-[0-9A-Fa-f]{2}){5})(?![0-9A-Za-z:-])"
        ),
        needs=(":", "-"),
    ),
)
