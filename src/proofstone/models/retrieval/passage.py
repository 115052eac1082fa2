"""A passage: the piece of a document that is found, quoted and cited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

from proofstone.core.canonical import canonical_json
from proofstone.models.fields import field, items, mapping, misfit, read_object, text


@dataclass(frozen=True)
class Passage:
    """A piece of a document.

    `id` is "document#section/part", unique in a knowledge base; `document` is the document's name
    there and `title` what a reader calls it; `section` is the heading the piece stands under;
    `language` is as `models.text.language.language_of` tells it.
    """

    id: str
    document: str
    title: str
    section: str
    language: str
    text: str

    def to_json(self) -> dict[str, str]:
        """The passage as a JSON document."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: object, place: str) -> Passage:
        """Return the passage in a JSON `document`, which stands at `place`.

        Raises:
            InputError: it is none.
        """
        found = mapping(document, place)
        names = [one.name for one in fields(cls)]
        return cls(**{one: text(field(found, one, place), f"{place}.{one}") for one in names})


def write_passages(passages: Sequence[Passage]) -> bytes:
    """Return `passages` as canonical JSON: the same passages give the same bytes."""
    return canonical_json({"passages": [one.to_json() for one in passages]})


def read_passages(content: bytes, file: str) -> tuple[Passage, ...]:
    """Return the passages that `write_passages` wrote; `file` is its name in messages.

    Raises:
        InputError: they are none, two have the same id, or a text is no Unicode.
    """
    listed = items(field(read_object(content, file), "passages", file), file)
    found = tuple(
        Passage.from_json(one, f"{file} passage {at}") for at, one in enumerate(listed, 1)
    )
    check_passages(found, file)
    return found


def check_passages(passages: Sequence[Passage], place: str) -> None:
    """Refuse passages that no index can hold; `place` is where they stand, for the message.

    Raises:
        InputError: two have the same id, or a text holds half of a surrogate pair.
    """
    seen: set[str] = set()
    for one in passages:
        if one.id in seen:
            raise misfit(place, f"two passages have the id {one.id[:80]!r}")
        seen.add(one.id)
        try:
            "".join(one.to_json().values()).encode()
        except UnicodeEncodeError as error:
            raise misfit(place, f"the passage {one.id[:80]!r} is no Unicode text") from error
