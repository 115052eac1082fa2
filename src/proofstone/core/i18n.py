"""Texts that a person reads, in English and Chinese (gettext catalogues under `locale/`)."""

from __future__ import annotations

import gettext
import hashlib
import os
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "zh")
LOCALE = Path(__file__).parent.parent / "locale"
DOMAIN = "proofstone"
_language: ContextVar[str | None] = ContextVar("language", default=None)


def language() -> str:
    """The language in force: what `speak` set, else PROOFSTONE_LANGUAGE, LANG, English."""
    chosen = _language.get()
    if chosen is not None:
        return chosen
    wanted = os.environ.get("PROOFSTONE_LANGUAGE") or os.environ.get("LANG", "en")
    return "zh" if wanted.lower().startswith("zh") else "en"


def speak(name: str) -> None:
    """Set the language of this context to `name`, one of `LANGUAGES`."""
    if name not in LANGUAGES:
        raise ValueError(f"unknown language {name!r}; known: {', '.join(LANGUAGES)}")
    _language.set(name)


@cache
def catalogue(name: str) -> gettext.NullTranslations:
    """The message catalogue of a language; English is the message ids themselves."""
    if name == "en":
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALE, languages=[name])


def texts_digest() -> str:
    """Digest of all catalogues: what a rendered text depends on besides its template."""
    state = hashlib.sha256()
    for path in sorted(LOCALE.rglob("*.mo")):
        state.update(path.read_bytes())
    return state.hexdigest()


def message(text: str) -> str:
    """Return `text` unchanged; the call marks it for the catalogue, to be translated when shown."""
    return text


def _(text: str) -> str:
    """Return `text` in the language in force."""
    return catalogue(language()).gettext(text)
