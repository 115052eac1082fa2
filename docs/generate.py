"""Writes the tables that the documentation takes from the code; a test holds them to it."""

from __future__ import annotations

from pathlib import Path

from proofstone.core import errors
from proofstone.core.project.reference import reference
from proofstone.core.settings import table

_BEGIN, _END = "<!-- generated -->\n", "<!-- end -->\n"


def exit_codes() -> str:
    """Every error of `core.errors` as a table: its exit code, stable code and meaning."""
    rows = ["| exit | code | meaning |", "| --- | --- | --- |", "| 0 | – | Done. |"]
    kinds = [
        one for one in vars(errors).values()
        if isinstance(one, type) and issubclass(one, errors.ProofstoneError)
    ]  # fmt: skip
    for one in sorted(kinds, key=lambda kind: errors.EXIT_CODES[kind.kind]):
        says = (one.__doc__ or "").splitlines()[0]
        if one is errors.ProofstoneError:
            says = "A defect of ours; please report it."
        rows.append(f"| {errors.EXIT_CODES[one.kind]} | `{one.code}` | {says} |")
    return "\n".join(rows)


_TABLES = {"errors.md": exit_codes, "project-file.md": reference, "settings.md": table}


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
