"""How much one server of an assistant takes on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ChatLimits:
    """What is taken at most.

    `slots` turns are answered side by side, and `waiting` more may wait. A turn ends after
    `deadline` seconds, waiting included. A request has at most `turns` messages of `characters`
    characters together, or `texts` texts to embed.
    """

    slots: int = 4
    waiting: int = 32
    deadline: float = 120.0
    turns: int = 200
    characters: int = 64_000
    texts: int = 128


@dataclass(frozen=True)
class Keeping:
    """What is kept of conversations: how many, and of each the last turns and characters.

    One that nobody goes on with for `seconds` is forgotten; at most `queued` requests wait for
    their turn in one.
    """

    conversations: int = 1_000
    turns: int = 20
    characters: int = 20_000
    seconds: float = 1_800.0
    queued: int = 4
