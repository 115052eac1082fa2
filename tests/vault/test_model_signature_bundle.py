from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from proofstone.core.canonical import canonical_json
from proofstone.core.errors import VerificationError
from proofstone.vault.dsse import PAYLOAD_TYPE, pae, sign_statement
from proofstone.vault.keys import SigningKey
from proofstone.vault.model_signature import sign_directory, verify_directory

KEY = SigningKey.generate()


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON document, containers too."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, below in value.items():
            yield from leaves(below, (*path, key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from leaves(below, (*path, index))


def edited(document: Any, path: tuple[Any, ...], edit: Callable[[Any, Any], None]) -> Any:
    copy = deepcopy(document)
    holder = copy
    for step in path[:-1]:
        holder = holder[step]
    edit(holder, path[-1])
    return copy


def replaced_by(value: Any) -> Callable[[Any, Any], None]:
    def edit(holder: Any, key: Any) -> None:
        holder[key] = value

    return edit


def bent(holder: Any, key: Any) -> None:
    """The same type, another value."""
    value = holder[key]
    if isinstance(value, str):
        swap = "B" if value[:1] != "B" else "C"
        holder[key] = swap + value[1:]
    elif isinstance(value, bool):
        holder[key] = not value
    elif isinstance(value, dict):
        value["more"] = ""
    else:
        value.append("more")


def dropped(holder: Any, key: Any) -> None:
    del holder[key]


EDITS = {
    "bent": bent,
    "dropped": dropped,
    "null": replaced_by(None),
    "number": replaced_by(7),
    "list": replaced_by(["x"]),
    "object": replaced_by({"x": 1}),
    "text": replaced_by("x"),
}
# Protobuf JSON leaves out what is empty, so these two may be absent.
OPTIONAL = [
    ("verificationMaterial", "tlogEntries"),
    ("dsseEnvelope", "signatures", 0, "keyid"),
]


@pytest.mark.parametrize("edit", EDITS)
def test_no_field_of_the_bundle_can_be_changed(tree: Path, edit: str) -> None:
    sign_directory(tree, KEY)
    file = tree / "model.sig"
    bundle = json.loads(file.read_bytes())
    places = list(leaves(bundle))
    assert len(places) == 12
    for path in places:
        file.write_bytes(canonical_json(edited(bundle, path, EDITS[edit])))
        if edit == "dropped" and path in OPTIONAL:
            verify_directory(tree, KEY.public)
            continue
        with pytest.raises(VerificationError, match=r"model\.sig: "):
            verify_directory(tree, KEY.public)


@pytest.mark.parametrize("edit", EDITS)
def test_a_statement_that_is_signed_is_still_read_strictly(tree: Path, edit: str) -> None:
    sign_directory(tree, KEY)
    file = tree / "model.sig"
    bundle = json.loads(file.read_bytes())
    statement = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))
    for path in leaves(statement):
        if path == ("_type",):
            continue
        other = edited(statement, path, EDITS[edit])
        bundle["dsseEnvelope"] = sign_statement(other, KEY)
        file.write_bytes(canonical_json(bundle))
        renamed = path == ("subject", 0, "name") and edit in ("bent", "text")
        if renamed or (edit == "bent" and is_extension(statement, path)):
            verify_directory(tree, KEY.public)
        else:
            with pytest.raises(VerificationError):
                verify_directory(tree, KEY.public)


def is_extension(statement: Any, path: tuple[Any, ...]) -> bool:
    """Whether one more key there is for readers of v1.0 to pass over."""
    value = statement
    for step in path:
        value = value[step]
    return isinstance(value, dict) and path != ("predicate", "serialization")


def resign(tree: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Sign a changed statement with the right key, as a careless signer might."""
    bundle = json.loads((tree / "model.sig").read_bytes())
    statement = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))
    change(statement)
    bundle["dsseEnvelope"] = sign_statement(statement, KEY)
    (tree / "model.sig").write_bytes(canonical_json(bundle))


@pytest.mark.parametrize(
    "name", ["../x", "/etc/passwd", "a/../x", "./a", "a//b", "a\\..\\x", "", "x\0", "a\n", "\ud800"]
)
def test_names_that_climb_out_are_refused(tree: Path, name: str) -> None:
    sign_directory(tree, KEY)
    bundle = json.loads((tree / "model.sig").read_bytes())
    statement = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))
    statement["predicate"]["resources"][0]["name"] = name
    # Escapes, since a lone surrogate has no UTF-8.
    payload = json.dumps(statement).encode()
    bundle["dsseEnvelope"]["payload"] = base64.b64encode(payload).decode()
    bundle["dsseEnvelope"]["signatures"][0]["sig"] = base64.b64encode(
        KEY.sign(pae(PAYLOAD_TYPE, payload))
    ).decode()
    (tree / "model.sig").write_bytes(canonical_json(bundle))
    with pytest.raises(VerificationError, match=r"model\.sig: the list holds"):
        verify_directory(tree, KEY.public)


def test_lists_that_could_be_read_two_ways_are_refused(tree: Path) -> None:
    def resources(statement: dict[str, Any]) -> list[dict[str, str]]:
        listed: list[dict[str, str]] = statement["predicate"]["resources"]
        return listed

    for change, why in (
        (lambda s: resources(s).append(resources(s)[0]), "twice"),
        (lambda s: resources(s).reverse(), "not in order"),
        (lambda s: resources(s).clear(), "covers no file"),
        (lambda s: resources(s)[0].update(digest="AB" * 32), "has no SHA-256"),
        (lambda s: resources(s)[0].update(algorithm="md5"), "has no SHA-256"),
        (lambda s: resources(s)[0].update(digest="0" * 64), "not that of the listed files"),
        (lambda s: s["subject"].append(s["subject"][0]), "lacks what the format asks"),
        (lambda s: s.update(predicateType="https://model_signing/Digests/v0.1"), "not of type"),
        (lambda s: s["predicate"]["serialization"].update(method="shards"), "one by one"),
        (lambda s: s["predicate"]["serialization"].update(allow_symlinks=True), "without links"),
        (lambda s: s["predicate"]["serialization"].update(allow_symlinks=0), "without links"),
        (lambda s: s["predicate"]["serialization"].update(ignore_paths=[]), "ignores"),
        (lambda s: s["predicate"]["serialization"].update(ignore_paths=["."]), "ignores"),
    ):
        sign_directory(tree, KEY)
        resign(tree, change)
        with pytest.raises(VerificationError, match=why):
            verify_directory(tree, KEY.public)


def test_a_key_given_twice_in_the_bundle(tree: Path) -> None:
    sign_directory(tree, KEY)
    file = tree / "model.sig"
    text = file.read_text()
    file.write_text(text.replace('{"payload":', '{"payload":"e30=","payload":', 1))
    with pytest.raises(VerificationError, match="'payload' is given twice"):
        verify_directory(tree, KEY.public)
    for wrong in (b"", b"garbage", b"[]", text.encode("utf-16"), text.encode()[:-1]):
        file.write_bytes(wrong)
        with pytest.raises(VerificationError, match=r"model\.sig: not a JSON"):
            verify_directory(tree, KEY.public)


def test_another_key(tree: Path) -> None:
    other = SigningKey.generate()
    sign_directory(tree, other)
    with pytest.raises(VerificationError, match="signed with another key"):
        verify_directory(tree, KEY.public)
    bundle = json.loads((tree / "model.sig").read_bytes())
    bundle["verificationMaterial"]["publicKey"]["hint"] = KEY.public.hint
    (tree / "model.sig").write_bytes(canonical_json(bundle))
    with pytest.raises(VerificationError, match="does not hold"):
        verify_directory(tree, KEY.public)


def test_the_signature_as_a_link_is_refused(tree: Path, tmp_path: Path) -> None:
    sign_directory(tree, KEY)
    (tree / "model.sig").rename(tmp_path / "elsewhere.sig")
    (tree / "model.sig").symlink_to(tmp_path / "elsewhere.sig")
    with pytest.raises(VerificationError, match=r"model\.sig"):
        verify_directory(tree, KEY.public)
