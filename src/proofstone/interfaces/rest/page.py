"""The description of the door as one HTML page that loads nothing."""

from __future__ import annotations

import base64
import hashlib
import json
from html import escape
from typing import Any

from proofstone.core.i18n import _, language

_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h2{margin-top:2.5rem}
code,pre{font:14px/1.45 ui-monospace,monospace}
pre{padding:.8rem;overflow:auto;border:1px solid #8888}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #8884}
"""
STYLE_POLICY = (
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; style-src "
    f"'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'"
)
"""The Content-Security-Policy under which the page's own style, and nothing else, is loaded."""


def render(openapi: dict[str, Any]) -> bytes:
    """Return the page for an OpenAPI document, in the language in force."""
    title = escape(openapi["info"]["title"])
    request = openapi["components"]["schemas"]["Request"]
    example = json.dumps(request["examples"][0], ensure_ascii=False, indent=1)
    version, document = _("Version"), _("OpenAPI document")
    rows = "inputs" in request["properties"]
    send = _("Send this to infer or explain:") if rows else _("Send this to /v1/chat/completions:")
    note = _("A missing value is null. An error names the field at fault and a remedy.")
    parts = [
        f"<h1>{title}</h1>",
        f"<p>{version} <code>{escape(openapi['info']['version'])}</code> · ",
        f'<a href="/openapi.json">{document}</a></p>',
        _part(_("What can be asked"), _operations(openapi["paths"])),
        _part(_("Inputs"), _inputs(request)) if rows else "",
        _part(_("An example"), f"<p>{send}</p><pre>{escape(example)}</pre>"),
        f"<p>{note}</p>",
    ]
    return (
        f'<!doctype html><html lang="{language()}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main>"
        f"{''.join(parts)}</main></body></html>"
    ).encode()


def _part(heading: str, content: str) -> str:
    return f"<h2>{heading}</h2>{content}"


def _operations(paths: dict[str, Any]) -> str:
    rows = [
        f"<tr><td><code>{method.upper()} {escape(path)}</code></td>"
        f"<td>{escape(operation['summary'])}</td></tr>"
        for path, methods in paths.items()
        for method, operation in methods.items()
    ]
    return _table(_heading(_("Path"), _("Answer")), rows)


def _inputs(request: dict[str, Any]) -> str:
    tensors = request["properties"]["inputs"]["items"]["anyOf"]
    rows = [
        f"<tr><td><code>{escape(one['properties']['name']['const'])}</code></td>"
        f"<td>{', '.join(one['properties']['datatype']['enum'])}</td></tr>"
        for one in tensors
    ]
    return _table(_heading(_("Name"), _("Datatypes")), rows)


def _table(heading: str, rows: list[str]) -> str:
    return f"<table>{heading}{''.join(rows)}</table>"


def _heading(*names: str) -> str:
    return "<tr>" + "".join(f'<th scope="col">{escape(name)}</th>' for name in names) + "</tr>"
