"""Texts of the report: marked for translation here, translated where they are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import copy_context
from typing import Any, TypeVar

from proofstone.core.i18n import _, speak
from proofstone.core.retelling import retell

Result = TypeVar("Result")

TAGS = {"en": "en", "zh": "zh-CN"}
"""BCP 47 tag of each language, for `lang` attributes."""

NAMES = {"en": "English", "zh": "中文"}
"""How each language calls itself."""


def in_language(name: str, function: Callable[[], Result]) -> Result:
    """Call `function` with `name` as the language in force, leaving the caller's as it was."""

    def spoken() -> Result:
        speak(name)
        return function()

    return copy_context().run(spoken)


def say(text: Any) -> str:
    """Return a text of the record in the language in force, as far as the catalogue has it."""
    return retell(str(text)) if text else ""


def listed(texts: Iterable[str]) -> str:
    """Return names one after the other, as the language in force sets them apart."""
    return _(", ").join(texts)
