"""The record as one self-contained HTML page in English and Chinese."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from proofstone.core.i18n import LANGUAGES, _
from proofstone.report.language import NAMES, TAGS, in_language
from proofstone.report.record import Record
from proofstone.report.sections import summary
from proofstone.report.sections.contents import SECTIONS

_TEMPLATES = Path(__file__).parent / "templates"


def render(record: Mapping[str, Any], *, framed: bool = False) -> str:
    """Return the page of `record`: deterministic, without script, loading nothing.

    Both languages are in the page; `#zh` at the end of its address opens it in Chinese. Parts
    that the record lacks are left out. Every text of the record is escaped. `framed` is for a page
    that becomes the `srcdoc` of a frame: its links then stay inside the frame.
    """
    read = Record(record)
    environment = _environment()
    style = (_TEMPLATES / "style.css").read_text("utf-8")
    articles = [
        in_language(name, lambda name=name: _article(environment, read, name))  # type: ignore[misc]
        for name in LANGUAGES
    ]
    return environment.get_template("page.html").render(
        name=read.name,
        framed=framed,
        style=Markup(style),
        style_hash=_hash(style),
        articles=[Markup(article) for article in articles],
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = _
    return environment


def _article(environment: Environment, record: Record, language: str) -> str:
    """The whole page in one language; anchors are prefixed with it."""
    sections = []
    for section in SECTIONS:
        view = section.view(record)
        if view is not None:
            sections.append(
                {
                    "id": f"{language}-{section.id}",
                    "title": _(section.title),
                    "template": section.template,
                    "view": view,
                }
            )
    return environment.get_template("article.html").render(
        language=language,
        tag=TAGS[language],
        languages=[(name, TAGS[name], NAMES[name]) for name in LANGUAGES],
        head=summary.view(record),
        sections=sections,
    )


def _hash(style: str) -> str:
    """The style sheet's hash as a Content-Security-Policy source (CSP Level 3)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
