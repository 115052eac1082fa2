"""A program that has pip find and fetch a source archive, and stops before it would be built.

`python -P pip_archive.py NAME VERSION FOLDER`. It runs apart since it uses pip's own parts: its
settings, its finder and its session (seen to fit pip 23 to 26). It must import nothing of ours.
"""

from __future__ import annotations

import hashlib
import sys
from importlib import import_module
from pathlib import Path
from typing import Any


def main(name: str, version: str, folder: Path) -> str:
    """Fetch the archive into `folder`; return what went wrong, or an empty text."""
    try:
        command: Any = import_module("pip._internal.commands").create_command("download")
        specifiers: Any = import_module("pip._vendor.packaging.specifiers")
        with command.main_context():
            options, _ = command.parse_args(["--no-binary", ":all:", "--no-input"])
            session = command.get_default_session(options)
            finder = command._build_package_finder(options, session)
            wanted = specifiers.SpecifierSet(f"=={version}")
            best = finder.find_best_candidate(name, wanted).best_candidate
            if best is None:
                return f"no registry has {name} {version}"
            return _fetch(session, best.link, folder)
    except (ImportError, AttributeError, TypeError) as error:
        return f"this pip cannot fetch a source archive without building it: {error}"


def _fetch(session: Any, link: Any, folder: Path) -> str:
    """Write what `link` leads to into `folder`: all of it, with the digest that is given for it."""
    headers = {"Accept-Encoding": "identity"}
    response = session.get(link.url_without_fragment, headers=headers, stream=True)
    response.raise_for_status()
    state = hashlib.new(link.hash_name or "sha256")
    file = folder / Path(link.filename).name
    try:
        with file.open("wb") as out:
            for part in response.iter_content(1 << 20):
                out.write(part)
                state.update(part)
    except BaseException:
        file.unlink()
        raise
    length = response.headers.get("Content-Length")
    if length is not None and file.stat().st_size != int(length):
        file.unlink()
        return f"{link.filename}: was cut off by the registry"
    if link.hash is not None and state.hexdigest() != link.hash:
        file.unlink()
        return f"{link.filename}: has another {link.hash_name} than the registry gives for it"
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])) or 0)
