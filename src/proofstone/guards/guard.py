"""What a guard is and what it decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from proofstone.core.i18n import catalogue
from proofstone.guards.exchange import Exchange, Said
from proofstone.guards.labelled import Rate
from proofstone.guards.recognisers.recogniser import KINDS
from proofstone.models import fields
from proofstone.models.text.language import reply_language

if TYPE_CHECKING:
    from proofstone.models.conversation import Turn

Action = Literal["pass", "mask", "block", "flag"]


@dataclass(frozen=True)
class Decision:
    """What a guard says about a question or a reply.

    `text` is what goes on: the text as it was (`pass`, `flag`), changed (`mask`), or the reply to
    give in its place (`block`). `detail` says why, without repeating personal data. `messages`
    are those that go on where a guard changed earlier ones as well.
    """

    action: Action
    text: str
    guard: str
    detail: str = ""
    messages: tuple[Turn, ...] | None = None


class Guard(Protocol):
    """Looks at a question before the model does, and at the reply before anyone else does."""

    @property
    def name(self) -> str:
        """The name that findings and decisions carry."""
        ...

    def before(self, conversation: Exchange) -> Decision:
        """Decide about the question of `conversation`."""
        ...

    def after(self, conversation: Exchange, reply: Said) -> Decision:
        """Decide about `reply`; `conversation` is the one that came from outside."""
        ...

    def false_alarms(self) -> Rate:
        """Return how many of the shipped benign texts it does not let pass."""
        ...

    def misses(self) -> Rate:
        """Return how many of the shipped texts it should stop or change it lets pass."""
        ...


@dataclass(frozen=True)
class GuardSettings:
    """Settings of the built-in guards.

    `order`: names of the guards that run, in order. Lengths are in characters and in estimated
    tokens. `kinds`: kinds of personal data that are masked, from `least_confidence` on.
    `injection_threshold`: a score in [0, 1], or None for the fitted one. `canaries`: texts planted
    in the instructions or the knowledge base that no reply may hold. `sources_required`: whether
    a reply that names no source is handed over. `injection_action` is about questions: a passage
    that gives orders is dropped whatever it says. `allowed`: texts that are nobody's personal data
    here, such as the help desk's own domain: e-mail addresses that are one of them, or are at such
    a domain or below it, and other data that hold one as a whole word, are not masked.
    """

    order: tuple[str, ...] = ("limits", "injection", "personal_data", "leakage", "sources")
    languages: tuple[str, ...] = ("en", "zh")
    most_characters: int = 8_000
    most_tokens: int = 2_000
    most_reply_characters: int = 16_000
    kinds: tuple[str, ...] = KINDS
    least_confidence: float = 0.5
    injection_threshold: float | None = None
    injection_action: Literal["block", "flag"] = "block"
    canaries: tuple[str, ...] = field(default=(), repr=False)
    sources_required: bool = False
    allowed: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, document: object, place: str = "guards") -> GuardSettings:
        """Read settings; what is left out has its default. `place` is file and field.

        Raises:
            InputError: a setting is unknown, of another kind or out of range; names the place.
        """
        state = fields.mapping(document, place)
        unknown = state.keys() - cls.__dataclass_fields__.keys()
        if unknown:
            raise fields.misfit(place, f"{min(unknown)[:40]!r} is not known")
        read = {name: _READ[name](value, f"{place}.{name}") for name, value in state.items()}
        return cls(**read)

    def to_json(self) -> dict[str, Any]:
        """The settings as a JSON document, canaries included."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }


GuardFactory = Callable[[GuardSettings], Guard]
"""What the entry-point group `proofstone.guards` registers: makes a guard from the settings."""


def passed(guard: str, text: str) -> Decision:
    """The decision of a guard that finds nothing."""
    return Decision("pass", text, guard)


def in_language_of(question: str, text: str) -> str:
    """Return the marked message `text` in the language to answer `question` in."""
    return catalogue(reply_language(question)).gettext(text)


def _chosen(*known: str) -> Callable[[object, str], tuple[str, ...]]:
    def read(value: object, place: str) -> tuple[str, ...]:
        found = fields.texts(value, place)
        for one in found:
            if one not in known:
                raise fields.misfit(place, f"{one[:40]!r} is none of {', '.join(known)}")
        return found

    return read


def _positive(value: object, place: str) -> int:
    found = fields.integer(value, place)
    if found < 1:
        raise fields.misfit(place, f"{found} is not at least 1")
    return found


def _share(value: object, place: str) -> float:
    found = fields.number(value, place)
    if not 0 <= found <= 1:
        raise fields.misfit(place, f"{found} is not in [0, 1]")
    return found


def _yes_or_no(value: object, place: str) -> bool:
    if not isinstance(value, bool):
        raise fields.misfit(place, f"{str(value)[:40]!r} is neither true nor false")
    return value


def _action(value: object, place: str) -> str:
    return _chosen("block", "flag")([value], place)[0]


def _planted(value: object, place: str) -> tuple[str, ...]:
    found = fields.texts(value, place)
    if any(sum(sign.isalnum() for sign in one) < 6 for one in found):
        raise fields.misfit(place, "a canary has fewer than 6 letters and digits")
    return found


def _allowed(value: object, place: str) -> tuple[str, ...]:
    found = fields.texts(value, place)
    if any(sum(sign.isalnum() for sign in one) < 4 for one in found):
        raise fields.misfit(place, "an allowed text has fewer than 4 letters and digits")
    return found


_READ: dict[str, Callable[[object, str], Any]] = {
    "order": fields.texts,
    "languages": _chosen("en", "zh"),
    "most_characters": _positive,
    "most_tokens": _positive,
    "most_reply_characters": _positive,
    "kinds": _chosen(*KINDS),
    "least_confidence": _share,
    "injection_threshold": lambda value, place: None if value is None else _share(value, place),
    "injection_action": _action,
    "canaries": _planted,
    "sources_required": _yes_or_no,
    "allowed": _allowed,
}
