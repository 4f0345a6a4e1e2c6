"""Variables, folders and the kept secret."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import kept_secret, read_dotenv, require


def test_missing_variables_are_all_named(monkeypatch):
    monkeypatch.setenv("ROLLCALL_A", "set")
    monkeypatch.setenv("ROLLCALL_B", "")

    with pytest.raises(ImproperlyConfigured) as raised:
        require("ROLLCALL_A", "ROLLCALL_B", "ROLLCALL_C")

    assert str(raised.value).endswith(": ROLLCALL_B, ROLLCALL_C")


def test_secret_is_made_once_and_for_its_owner_only(tmp_path):
    path = tmp_path / "data" / "secret_key"

    first, second = kept_secret(path), kept_secret(path)

    assert first == second
    assert len(first) >= 50
    assert path.stat().st_mode & 0o777 == 0o600


def test_variables_that_are_set_win_over_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("ROLLCALL_A", "from outside")
    monkeypatch.setenv("ROLLCALL_B", "to be restored")
    monkeypatch.delenv("ROLLCALL_B")
    (tmp_path / ".env").write_text("ROLLCALL_A=file\nROLLCALL_B=file\n")

    read_dotenv(tmp_path / ".env")
    read_dotenv(tmp_path / "missing")

    with pytest.raises(ImproperlyConfigured, match="ROLLCALL_C"):
        require("ROLLCALL_A", "ROLLCALL_B", "ROLLCALL_C")
