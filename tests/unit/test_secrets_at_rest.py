"""Key files, the vault, password hashes."""

import time
from pathlib import Path

import pytest

from pellucid.errors import ConfigurationError
from pellucid.services.key_files import key_file, write_secret
from pellucid.services.passwords import hash_secret, secret_matches
from pellucid.services.vault import Vault


def test_a_key_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "a.key"
    assert key_file(path, lambda: b"first") == b"first"
    assert key_file(path, lambda: b"second") == b"first"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_of_two_makers_the_first_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.key"

    def late() -> bytes:
        key_file(path, lambda: b"first")
        return b"second"

    assert key_file(path, late) == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_a_secret_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"old")
    path.chmod(0o644)
    write_secret(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_the_vault_gives_back_what_it_was_given(tmp_path: Path) -> None:
    stored = Vault(tmp_path).encrypt("whsec_ä")
    assert "whsec" not in stored
    assert stored != Vault(tmp_path).encrypt("whsec_ä")
    assert Vault(tmp_path).decrypt(stored) == "whsec_ä"


def test_a_vault_with_another_key(tmp_path: Path) -> None:
    stored = Vault(tmp_path / "a").encrypt("secret")
    for text in (stored, stored[:-4], ""):
        with pytest.raises(ConfigurationError, match=r"vault\.key"):
            Vault(tmp_path / "b").decrypt(text)


def test_a_hash_matches_its_secret_alone() -> None:
    stored = hash_secret("secret")
    assert stored != hash_secret("secret")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert secret_matches("secret", stored)
    assert not secret_matches("Secret", stored)
    assert not secret_matches("", stored)


@pytest.mark.parametrize("stored", [None, "", "plain text", "$argon2id$broken"])
def test_nobody_logs_in_without_a_good_hash(stored: str | None) -> None:
    for secret in ("", "nobody has this password", "plain text"):
        assert not secret_matches(secret, stored)


def test_nobody_takes_as_long_as_somebody() -> None:
    stored = hash_secret("secret")
    secret_matches("warm", None)

    def seconds(known: str | None) -> float:
        start = time.perf_counter()
        secret_matches("wrong", known)
        return time.perf_counter() - start

    assert min(seconds(None) for _ in range(5)) > min(seconds(stored) for _ in range(5)) / 3


def test_endless_secrets_are_not_hashed() -> None:
    secret = "x" * 1025
    assert not secret_matches(secret, hash_secret(secret))
