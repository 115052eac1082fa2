"""Writes the tables that the documentation takes from the code; a test holds them to it."""

from __future__ import annotations

from pathlib import Path

from proofstone.core.project.reference import reference
from proofstone.core.settings import table

_BEGIN, _END = "<!-- generated -->\n", "<!-- end -->\n"
_TABLES = {"project-file.md": reference, "settings.md": table}


def pages() -> dict[Path, str]:
    """Each page with a generated part, as it should read."""
    built = {}
    for name, write in _TABLES.items():
        path = Path(__file__).parent / name
        before, _, rest = path.read_text("utf-8").partition(_BEGIN)
        after = rest.partition(_END)[2]
        built[path] = f"{before}{_BEGIN}\n{write()}\n\n{_END}{after}"
    return built


if __name__ == "__main__":
    for page, text in pages().items():
        page.write_text(text, "utf-8")
