"""What a link to a heading carries after `#`, as GitHub makes it."""

from __future__ import annotations

import unicodedata

_KEPT = ("L", "M", "Nd", "Pc")


class Anchors:
    """The anchors of one document: each is given out once."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def of(self, heading: str) -> str:
        """Return the anchor of a heading, with `-1`, `-2` where it has been given out before.

        Lower case; letters of any script, marks, digits, `_` and `-` stay; spaces become hyphens
        (the rule of GitHub's html-pipeline). A heading of signs alone is called `section`.

        >>> anchors = Anchors()
        >>> anchors.of("Verify & sign"), anchors.of("验证 签名！"), anchors.of("验证 签名")
        ('verify--sign', '验证-签名', '验证-签名-1')
        """
        kept = (one for one in heading.strip().lower() if one in " -" or _is_word(one))
        return self.once("".join(kept).replace(" ", "-") or "section")

    def once(self, anchor: str) -> str:
        """Return `anchor`, made unique in the same way."""
        found = anchor
        while found in self._given:
            self._given[anchor] += 1
            found = f"{anchor}-{self._given[anchor]}"
        self._given[found] = 0
        return found


def _is_word(character: str) -> bool:
    return unicodedata.category(character).startswith(_KEPT)
