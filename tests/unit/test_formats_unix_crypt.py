"""Hashes of passwords: every scheme against hashes that other programs made, and their costs."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.analyzers import password_guesses
from pellucid.errors import Malformed
from pellucid.formats import obscured_passwords, unix_crypt


@pytest.mark.parametrize(
    ("scheme", "password", "hashed"),
    [
        ("DES", "toor", "AbgYSnXDm2rfM"),
        ("MD5", "root", "$1$Xy3kPq9d$xuVDOHOvf8Vnjg626I35f0"),
        ("SHA-256", "Tr4vexil-Omoq", "$5$Wn5bHc7yRk1p$vyCstwmz99HCKiIx97MD2XdAH6AGDBWOhi..IrmU05A"),
        ("MD5 of Apache", "netgear", "$apr1$Zk4mVb2x$POAMr8dSsB5QzbpYRYq6P."),
        ("SHA-1", "admin", "{SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc="),
    ],
)
def test_a_hash_is_recognised_and_its_password_fits(scheme: str, password: str, hashed: str) -> None:
    assert unix_crypt.scheme_of(hashed) == scheme
    assert unix_crypt.matches(password, hashed)
    assert not unix_crypt.matches(password + "x", hashed) or scheme == "DES"
    assert not unix_crypt.matches("", hashed)


@pytest.mark.parametrize("text", ["", "x", "*", "!", "$1$short", "$9$abcdefgh$abc", "{SHA}", "a" * 14, "$6$salt$"])
def test_other_text_is_none(text: str) -> None:
    assert unix_crypt.scheme_of(text) == ""


def test_what_costs_too_much_is_not_tried() -> None:
    assert not unix_crypt.is_affordable("$6$rounds=9000000$salt$" + "a" * 86)
    assert not unix_crypt.is_affordable("$2b$17$" + "a" * 53)
    assert not unix_crypt.is_affordable("$y$jFT$salt$" + "a" * 43)
    # As many rounds as usual, over blocks that are thirty times as large.
    assert not unix_crypt.is_affordable("$y$j9rk$salt$" + "a" * 43)
    assert unix_crypt.is_affordable("$y$j9T$salt$" + "a" * 43)
    assert unix_crypt.is_affordable("$6$salt$" + "a" * 86)


@given(st.text(max_size=200))
def test_any_text_has_a_scheme_or_none(text: str) -> None:
    assert unix_crypt.scheme_of(text) in {"", "DES", "SHA-1", *unix_crypt.SCHEMES.values()}


@given(st.binary(max_size=200))
def test_any_bytes_are_a_password_or_malformed(data: bytes) -> None:
    for read in (obscured_passwords.cisco_7, obscured_passwords.cpassword, obscured_passwords.unattend):
        with suppress(Malformed):
            assert read(data)
    with suppress(Malformed):
        assert obscured_passwords.vnc(data)
    with suppress(Malformed):
        assert all(obscured_passwords.basic(data))


def test_a_password_of_vnc() -> None:
    """The file that lists of such hashes name first."""
    assert obscured_passwords.vnc(bytes.fromhex("dbd83cfd727a1458")) == b"password"


def test_a_password_of_type_7() -> None:
    """The example of many guides for routers."""
    assert obscured_passwords.cisco_7(b"0822455D0A16") == b"cisco"


def test_a_password_of_group_policies() -> None:
    """The example that has circulated since the key was published."""
    secret = b"j1Uyj3Vx8TY9LtLZil2uAuZkFQA/4latT76ZwgdHdhw"
    assert obscured_passwords.cpassword(secret) == b"Local*P4ssword!"


def test_what_trying_costs_follows_from_what_the_hash_states() -> None:
    usual = unix_crypt.cost("$6$salt$" + "a" * 86)
    assert unix_crypt.cost("$6$rounds=50000$salt$" + "a" * 86) == pytest.approx(10 * usual)
    assert unix_crypt.cost("$2b$11$" + "a" * 53) == pytest.approx(2 * unix_crypt.cost("$2b$10$" + "a" * 53))
    assert unix_crypt.cost("abJnggxhB/yWI") < usual


def test_no_file_of_hashes_costs_more_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unix_crypt, "matches", lambda _password, _hashed: False)
    spent = 0.0
    hashed = "$6$rounds=100000$" + "salt" + "$" + "a" * 86
    left = password_guesses.MOST_AN_ARTEFACT
    for _ in range(30):
        password, tried = password_guesses.guess(hashed, "root", left)
        assert password is None
        left -= tried * unix_crypt.cost(hashed)
        spent += tried * unix_crypt.cost(hashed)
    assert 0 < spent <= password_guesses.MOST_AN_ARTEFACT
    assert tried == 0
