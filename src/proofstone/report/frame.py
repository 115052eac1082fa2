"""The page inside another page, as notebooks show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from proofstone.report.render import render

_FRAME = Markup(
    '<iframe title="Proofstone" srcdoc="{page}" '
    'style="width:100%;height:{height}px;border:1px solid #ccc"></iframe>'
)


def frame(record: Mapping[str, Any], height: int = 720) -> str:
    """Return an `iframe` of `height` pixels that holds the whole page of `record`.

    The page's links stay inside the frame, so that the language can be switched there too.
    """
    return str(_FRAME.format(page=render(record, framed=True), height=height))
