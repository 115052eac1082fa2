"""The settings table: defaults, refusals, secrets."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.core.errors import InputError
from proofstone.core.settings import SETTINGS, Address, Settings, settings, unknown_variables

SECRET = "postgresql+psycopg://anna:s3cret@db/ledger?sslpassword=s3cret"


def test_defaults() -> None:
    found = settings({})
    assert found.home == Path(".proofstone")
    assert found.ledger is None
    assert found.workers >= 1
    assert (found.lock_wait, found.language, found.color) == (30.0, None, "auto")
    assert found.user


def test_models_are_kept_below_the_home_folder_or_where_it_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert settings({}).models == tmp_path / ".cache/proofstone/models"
    assert settings({"PROOFSTONE_MODELS": "~/m"}).models == tmp_path / "m"
    assert settings({"PROOFSTONE_MODELS": "m"}).models == tmp_path / "m"
    with pytest.raises(InputError, match="PROOFSTONE_MODELS cannot be used"):
        settings({"PROOFSTONE_MODELS": "~nobody-of-this-name/m"})


def test_every_field_is_in_the_table_and_the_other_way_round() -> None:
    fields = [field.name for field in dataclasses.fields(Settings)]
    assert fields == [setting.name for setting in SETTINGS]


def test_values_are_read_from_this_process_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOFSTONE_LOCK_WAIT", "0.5")
    monkeypatch.setenv("PROOFSTONE_USER", "Ünal 王")
    assert (settings().lock_wait, settings().user) == (0.5, "Ünal 王")
    monkeypatch.setenv("PROOFSTONE_LOCK_WAIT", "2")
    assert settings().lock_wait == 2


@pytest.mark.parametrize(
    ("variable", "value", "hint"),
    [
        ("WORKERS", "0", "1 to 1024"),
        ("WORKERS", "two", "1 to 1024"),
        ("WORKERS", "²", "1 to 1024"),
        ("LOCK_WAIT", "-1", "number of seconds"),
        ("LOCK_WAIT", "nan", "number of seconds"),
        ("LANGUAGE", "fr", "en or zh"),
        ("COLOR", "yes", "always"),
        ("LEDGER", "mysql://anna:s3cret@db/ledger", "postgresql+psycopg://"),
    ],
)
def test_a_wrong_value_names_the_variable_and_what_would_be_right(
    variable: str, value: str, hint: str
) -> None:
    with pytest.raises(InputError, match=f"PROOFSTONE_{variable} cannot be used") as caught:
        settings({f"PROOFSTONE_{variable}": value})
    assert hint in caught.value.hint
    assert "s3cret" not in f"{caught.value} {caught.value.hint} {caught.value.__cause__}"


def test_the_password_is_never_shown() -> None:
    found = settings({"PROOFSTONE_LEDGER": SECRET})
    assert found.ledger is not None
    assert found.ledger.reveal() == SECRET
    assert str(found.ledger) == "postgresql+psycopg://***@db/ledger"
    assert "s3cret" not in f"{found} {found!r} {found.ledger!r}"
    assert found == settings({"PROOFSTONE_LEDGER": SECRET})
    assert len({found.ledger, Address(SECRET)}) == 1


@given(st.text(st.characters(codec="ascii", exclude_characters="@"), min_size=1))
def test_no_password_is_shown_whatever_it_is(password: str) -> None:
    shown = str(Address(f"postgresql+psycopg://anna:{password}\u2603@db/ledger"))
    assert "\u2603" not in shown


def test_a_variable_like_a_setting_is_pointed_out() -> None:
    assert unknown_variables({"PROOFSTONE_HOME": "x", "HOME": "y"}) == []
    (sentence,) = unknown_variables({"PROOFSTONE_LEGDER": SECRET})
    assert sentence == 'PROOFSTONE_LEGDER is no setting: did you mean "PROOFSTONE_LEDGER"?'
