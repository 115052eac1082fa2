"""`make demo`: run the project, export and verify its release, and show what tampering meets."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.text import Text

from proofstone.api import Workspace
from proofstone.core.errors import VerificationError
from proofstone.core.i18n import _
from proofstone.interfaces.cli.app import call
from proofstone.interfaces.cli.progress import progress
from proofstone.interfaces.cli.scorecard import print_scorecard
from proofstone.interfaces.cli.show import out


def demo(directory: Path) -> None:
    """Tell the whole story of one project; its end is the verdict, whichever it is."""
    with progress(quiet=False) as tell:
        workspace = Workspace(directory, tell)
        document = workspace.run()
    record = workspace.record(document["release"])
    print_scorecard(record, document)
    with tempfile.TemporaryDirectory(prefix="proofstone-") as folder:
        for line in verification_lines(workspace, Path(folder) / "release"):
            out().print(line, soft_wrap=True)
    for line in next_lines(directory, record):
        out().print(line, soft_wrap=True)


def verification_lines(workspace: Workspace, export: Path) -> list[Text]:
    """Export the release, verify it, change a byte of a copy, and verify that."""
    exported = workspace.releases.export("latest", export)
    verified = workspace.releases.verify(export, key=Path(exported["key"]))
    copy = export.with_name("tampered")
    shutil.copytree(export, copy)
    changed = change_one_byte(copy)
    try:
        workspace.releases.verify(copy, key=Path(exported["key"]))
    except VerificationError as error:
        refusal = str(error).replace(f"{copy}: ", "").splitlines()[-1].strip()
    else:
        raise AssertionError(f"{changed} was changed and nobody noticed")
    return [
        Text(_("signature checked: {n} files hold").format(n=verified["files"]), style="green"),
        Text(_("one byte of {file} changed in a copy: refused: {why}").format(
            file=changed, why=refusal), style="green"),
    ]  # fmt: skip


def change_one_byte(directory: Path) -> str:
    """Flip one bit in the middle of the model's weights; return the file's name."""
    weights = max((directory / "model").iterdir(), key=lambda path: path.stat().st_size)
    data = bytearray(weights.read_bytes())
    data[len(data) // 2] ^= 1
    weights.write_bytes(data)
    return str(weights.relative_to(directory))


def next_lines(directory: Path, record: dict[str, Any]) -> list[Text]:
    """The next two commands: look, then serve it, or try your own table where nothing may be."""
    serve = f"proofstone serve latest -C {directory}"
    if record["verdict"] != "pass":
        serve = "proofstone init mine --from YOUR.csv --label COLUMN"
    lines = [f"xdg-open {directory / 'report.html'}", f".venv/bin/{serve}"]
    return [Text(_("next: {line}").format(line=lines[0])), Text(f"      {lines[1]}")]


if __name__ == "__main__":
    sys.exit(call(lambda: demo(Path(sys.argv[1]))))
