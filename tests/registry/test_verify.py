from __future__ import annotations

import base64
import copy
import dataclasses
import json
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.registry.releases import signed

from proofstone.core.canonical import canonical_json, digest
from proofstone.core.errors import GateShut, InputError, VerificationError
from proofstone.core.finding import Verdict
from proofstone.registry.verify import VerifiedModel, check, verify
from proofstone.vault.dsse import sign_statement
from proofstone.vault.keys import SigningKey
from proofstone.vault.model_signature import sign_directory

UNSIGNED = ("findings.dsse.json",)


def test_a_release_with_open_gates_becomes_a_verified_model(
    directory: Path, key: SigningKey
) -> None:
    verified = verify(directory, key.public)
    assert isinstance(verified, VerifiedModel)
    assert verified.name == "loans"
    assert dict(verified.files) == {"model.json": b'{"format":1}', "weights.json": b"[1.5]"}
    assert verified.document == {"format": 1}
    assert verified.evidence.verdict is Verdict.PASS
    assert [one.verdict for one in verified.evidence.opening.gates] == [
        Verdict.PASS,
        Verdict.PASS,
        Verdict.NOT_APPLICABLE,
    ]
    assert verified.release == json.loads((directory / "release.json").read_bytes())["id"]
    assert verified.evidence.decided["who"] == "ada"
    assert verified.evidence.signer == key.public.hint
    assert {one.metric for one in verified.findings} >= {"accuracy", "roc_auc"}


def test_the_bytes_are_read_once(directory: Path, key: SigningKey) -> None:
    verified = verify(directory, key.public)
    (directory / "model/weights.json").write_bytes(b"[6.6]")
    assert verified.files["weights.json"] == b"[1.5]"


def test_shut_gates_are_evidence_but_no_model(shut: Path, key: SigningKey) -> None:
    evidence = check(shut, key.public)
    assert evidence.verdict is Verdict.FAIL
    assert [one.metric for one in evidence.shut()] == ["selection_rate_difference"]
    assert evidence.to_json()["verdict"] == "fail"
    with pytest.raises(GateShut, match="selection_rate_difference of group: fail") as raised:
        verify(shut, key.public)
    assert raised.value.exit_code == 3


def test_no_gate_is_no_pass(directory: Path, key: SigningKey, tmp_path: Path) -> None:
    project = json.loads((directory / "project.json").read_bytes())
    project["assess"]["gates"] = []
    forge(directory, key, {"project.json": canonical_json(project)}, verdict="not_run")
    assert check(directory, key.public).verdict is Verdict.NOT_RUN
    with pytest.raises(GateShut, match="no gate is declared"):
        verify(directory, key.public)


def test_only_verify_makes_a_verified_model(directory: Path, shut: Path, key: SigningKey) -> None:
    verified = verify(directory, key.public)
    for evidence in (verified.evidence, check(shut, key.public)):
        with pytest.raises(VerificationError, match=r"only registry\.verify"):
            VerifiedModel(object(), evidence, verified.files)
    with pytest.raises(AttributeError, match="does not change"):
        verified._evidence = check(shut, key.public)  # type: ignore[misc]
    with pytest.raises(AttributeError, match="does not change"):
        del verified._files
    with pytest.raises(TypeError):
        verified.files["weights.json"] = b"[6.6]"  # type: ignore[index]
    for duplicate in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="verify the release again"):
            duplicate(verified)
    with pytest.raises(TypeError):
        dataclasses.replace(verified)  # type: ignore[type-var]
    assert repr(verified) == f"VerifiedModel(loans {verified.release[:12]})"


@pytest.mark.parametrize(
    "path",
    ["model/model.json", "model/weights.json", "project.json", "provenance.json", "findings.json",
     "record.json", "report.html", "croissant.json", "release.json", "findings.dsse.json",
     "model.sig"],
)  # fmt: skip
@pytest.mark.parametrize("how", ["altered", "truncated", "removed", "renamed", "linked"])
def test_any_harm_to_any_file_is_caught_and_named(
    directory: Path, key: SigningKey, path: str, how: str, tmp_path: Path
) -> None:
    victim = directory / path
    data = victim.read_bytes()
    if how == "altered":
        victim.write_bytes(data[:-2] + bytes([data[-2] ^ 1]) + data[-1:])
    elif how == "truncated":
        victim.write_bytes(data[: len(data) // 2])
    elif how == "removed":
        victim.unlink()
    elif how == "renamed":
        victim.rename(victim.with_name("other"))
    else:
        shutil.move(victim, tmp_path / "elsewhere")
        victim.symlink_to(tmp_path / "elsewhere")
    unsigned = how == "renamed" and path == "findings.dsse.json"
    named = "added: other" if unsigned else path.replace(".", r"\.")
    with pytest.raises(VerificationError, match=named):
        verify(directory, key.public)


@pytest.mark.parametrize(
    "path", ["extra", ".gitignore", ".git/config", "model/.gitattributes", "model/x.py"]
)
def test_an_added_file_is_caught_and_named(directory: Path, key: SigningKey, path: str) -> None:
    (directory / path).parent.mkdir(exist_ok=True)
    (directory / path).write_bytes(b"")
    with pytest.raises(VerificationError, match=f"added: {path}"):
        verify(directory, key.public)


def test_another_key_an_absent_directory(directory: Path, tmp_path: Path) -> None:
    with pytest.raises(VerificationError, match="signed with another key"):
        verify(directory, SigningKey.generate().public)
    with pytest.raises(InputError, match="absent"):
        verify(tmp_path / "absent", SigningKey.generate().public)


def test_an_envelope_of_another_release(directory: Path, shut: Path, key: SigningKey) -> None:
    shutil.copy(shut / "findings.dsse.json", directory / "findings.dsse.json")
    with pytest.raises(VerificationError, match=r"findings.dsse.json|files of another release"):
        check(directory, key.public)


def test_an_envelope_signed_by_another(directory: Path, key: SigningKey) -> None:
    statement = signed_statement(directory)
    envelope = sign_statement(statement, SigningKey.generate())
    (directory / "findings.dsse.json").write_bytes(canonical_json(envelope))
    with pytest.raises(VerificationError, match=r"findings\.dsse\.json"):
        check(directory, key.public)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("verdict", "fail"),
        ("release", "0" * 64),
        ("gates", []),
        ("findings", {"sha256": "0" * 64}),
        ("decided", {"who": "eve"}),
        ("more", 1),
    ],
)
def test_a_signed_statement_that_says_otherwise(
    directory: Path, key: SigningKey, field: str, value: object
) -> None:
    statement = signed_statement(directory)
    statement["predicate"][field] = value
    (directory / "findings.dsse.json").write_bytes(canonical_json(sign_statement(statement, key)))
    with pytest.raises(VerificationError, match=f"disagree about: {field}"):
        check(directory, key.public)


def test_a_statement_of_another_type_or_form(directory: Path, key: SigningKey) -> None:
    for changes in ({"predicateType": "other"}, {"subject": []}, {"predicate": 3}, {"more": 1}):
        statement = signed_statement(directory) | changes
        envelope = canonical_json(sign_statement(statement, key))
        (directory / "findings.dsse.json").write_bytes(envelope)
        with pytest.raises(VerificationError, match="statement"):
            check(directory, key.public)


def test_the_stored_verdict_is_not_trusted(shut: Path, key: SigningKey) -> None:
    """A signer whose files claim `pass` over findings that fail is refused."""
    forge(shut, key, {}, verdict="pass")
    with pytest.raises(VerificationError, match=r"release\.json: says verdict 'pass'"):
        check(shut, key.public)


def test_findings_judged_by_other_limits(shut: Path, key: SigningKey) -> None:
    findings = json.loads((shut / "findings.json").read_bytes())
    for one in findings:
        one["verdict"] = "pass"
    forge(shut, key, {"findings.json": canonical_json(findings)}, verdict="fail")
    with pytest.raises(VerificationError, match=r"findings\.json: selection_rate_difference"):
        check(shut, key.public)


@pytest.mark.parametrize(
    ("path", "data", "match"),
    [
        ("project.json", b'{"name": "loans"}', "project.json: task: Field required"),
        ("findings.json", b"[{}]", "findings.json"),
        ("findings.json", b"[NaN]", "findings.json"),
        ("findings.json", b"{", "findings.json"),
        ("record.json", b'{"a": 1, "a": 2}', "record.json: the key 'a' is given twice"),
        ("record.json", b"{}", "record.json: says release None"),
        ("release.json", b"[]", "release.json: not a JSON object"),
    ],
)
def test_signed_nonsense(
    directory: Path, key: SigningKey, path: str, data: bytes, match: str
) -> None:
    (directory / path).write_bytes(data)
    sign_directory(directory, key, ignore=UNSIGNED)
    with pytest.raises(VerificationError, match=match):
        check(directory, key.public)


def test_a_release_without_a_file_that_it_needs(directory: Path, key: SigningKey) -> None:
    (directory / "report.html").unlink()
    sign_directory(directory, key, ignore=UNSIGNED)
    with pytest.raises(VerificationError, match=r"report\.html: is wanting"):
        check(directory, key.public)


def test_verification_needs_the_core_only(directory: Path, key: SigningKey, tmp_path: Path) -> None:
    key.public.save(tmp_path / "key.pub")
    code = (
        "import sys; from pathlib import Path\n"
        "from proofstone.registry.verify import verify\n"
        "from proofstone.vault.keys import PublicKey\n"
        f"verify(Path({str(directory)!r}), PublicKey.load(Path({str(tmp_path / 'key.pub')!r})))\n"
        "heavy = {'torch', 'sklearn', 'lightgbm', 'starlette', 'scipy', 'pandas', 'requests'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or None)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=os.environ
    )
    assert result.returncode == 0, result.stderr


def signed_statement(directory: Path) -> dict:
    envelope = json.loads((directory / "findings.dsse.json").read_bytes())
    return json.loads(base64.b64decode(envelope["payload"]))


def forge(directory: Path, key: SigningKey, files: dict[str, bytes], *, verdict: str) -> None:
    """Change files and claims as the holder of the key could, and sign it all again."""
    from proofstone.registry.bundle import id_of_digests
    from proofstone.registry.evidence import read_evidence
    from proofstone.vault.directory import hash_directory

    for path, data in files.items():
        (directory / path).write_bytes(data)
    identity = id_of_digests(hash_directory(directory))
    record = json.loads((directory / "record.json").read_bytes())
    record |= {"release": identity, "verdict": verdict}
    (directory / "record.json").write_bytes(canonical_json(record))
    release = json.loads((directory / "release.json").read_bytes())
    release |= {"id": identity, "verdict": verdict}
    (directory / "release.json").write_bytes(canonical_json(release))
    manifest = sign_directory(directory, key, ignore=UNSIGNED)
    try:
        evidence = read_evidence(manifest, lambda path: (directory / path).read_bytes(), "")
        statement = evidence.statement()
    except VerificationError:
        statement = signed_statement(directory)
        statement["subject"] = [{"name": "x", "digest": {"sha256": manifest.root}}]
        statement["predicate"] |= {
            "release": identity,
            "verdict": verdict,
            "findings": {"sha256": digest((directory / "findings.json").read_bytes())},
        }
    (directory / "findings.dsse.json").write_bytes(canonical_json(sign_statement(statement, key)))


def test_the_stock_program_accepts_the_release(
    directory: Path, key: SigningKey, tmp_path: Path
) -> None:
    key.public.save(tmp_path / "key.pub")

    def stock() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "model_signing", "verify", "key", str(directory),
             "--signature", str(directory / "model.sig"),
             "--public_key", str(tmp_path / "key.pub")],
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    result = stock()
    assert (result.returncode, result.stdout) == (0, "Verification succeeded\n"), result.stderr
    (directory / "model/weights.json").write_bytes(b"[6.6]")
    result = stock()
    assert result.returncode == 1
    assert "weights.json" in result.stderr


def test_equal_runs_make_equal_releases(key: SigningKey) -> None:
    model = {"model.json": b"{}"}
    assert signed(model, key) == signed(model, key)
