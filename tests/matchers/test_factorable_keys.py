"""RSA keys that can be factored, alone or together with another key."""

from math import lcm, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.matchers.inventories import findings, inventory
from tests.matchers.keys_and_certificates import rsa_key
from tests.support.statements import Statements

from pellucid.domain.crypto_asset import CryptoKind
from pellucid.domain.finding import Finding
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.domain.rsa_flaw import RsaFlaw
from pellucid.domain.severity import Severity
from pellucid.matchers.crypto import factoring
from pellucid.matchers.crypto.factoring import common_factors, flaw_of
from pellucid.matchers.factorable_keys import factorable_keys
from pellucid.matchers.shared_factors import shared_factors

NOTHING = Statements()


def prime_from(start: int, step: int = 2) -> int:
    """The first number of the sequence that passes Fermat's test with three bases."""
    number = start
    while any(pow(base, number - 1, number) != 1 for base in (2, 3, 5)):
        number += step
    return number


# Numbers without pattern, the same in every run.
P = prime_from(0x9E3779B97F4A7C15F39CC0605CEDC8341082276BF3A27251F86C6A11D0C18E95 | 1)
Q = prime_from(0xD1B54A32D192ED03AC564B05C4CEB9FE1B8736B7C8F2A8D7E9F0C3B5A4978611 | 1)
R = prime_from(0xE7037ED1A0B428DBB5AD4ECEDA1CE2A9C39C8A3D5F6E7B18293A4B5C6D7E8F01 | 1)
S = prime_from(0xC2B2AE3D27D4EB4F165667B19E3779F9A5A5C3C396961E1E7B7BD2D2B4B48785 | 1)


def faulty(power: int, start: int) -> int:
    """A prime as the faulty generator made them: k · M + (65537^power mod M), M the product of the first primes."""
    primes = [one for one in range(2, 168) if all(one % other for other in range(2, one))]
    together = prod(primes)
    return prime_from(start * together + pow(65537, power, together), together)


@pytest.mark.parametrize(
    ("modulus", "flaw"),
    [
        (P * prime_from(P + 2), RsaFlaw.CLOSE_PRIMES),
        (P * P, RsaFlaw.CLOSE_PRIMES),
        (P * 3, RsaFlaw.SMALL_FACTOR),
        (P * 65537, RsaFlaw.SMALL_FACTOR),
        (P * 65539, None),
        (1 << 1024, RsaFlaw.SMALL_FACTOR),
        (35, RsaFlaw.SMALL_FACTOR),
        (faulty(12345, 1 << 38) * faulty(67890, 3 << 37), RsaFlaw.ROCA),
        (P * Q, None),
        (R * S, None),
    ],
    ids=["close", "square", "three", "small", "not so small", "even", "tiny", "roca", "sound", "sound too"],
)
def test_the_flaw_of_a_modulus(modulus: int, flaw: RsaFlaw | None) -> None:
    assert flaw_of(modulus) is flaw


@given(st.integers(2, 1 << 2048), st.integers(0, 1 << 2048))
def test_any_number_has_a_flaw_or_none(modulus: int, exponent: int) -> None:
    flaw_of(modulus, exponent)


def test_a_key_that_is_faulty_modulo_each_prime_alone_is_not_faulty() -> None:
    """One in a hundred million keys would be, by chance."""
    primes = [one for one in range(2, 168) if all(one % other for other in range(2, one))]
    together = prod(primes)
    powers = {one: [pow(65537, power, one) for power in range(1, 200)] for one in primes}
    # Every second prime has an even power of the generator, the others an odd one: no power is both.
    parts = [
        powers[one][number % 2] * (together // one) * pow(together // one, -1, one) for number, one in enumerate(primes)
    ]
    modulus = prime_from(((1 << 1800) // together) * together + sum(parts) % together, together)
    assert flaw_of(modulus) is None


@pytest.mark.parametrize(
    ("bits", "flaw"), [(60, RsaFlaw.SMALL_PRIVATE_EXPONENT), (120, RsaFlaw.SMALL_PRIVATE_EXPONENT), (200, None)]
)
def test_a_private_exponent_below_a_quarter_of_the_modulus_is_found(bits: int, flaw: RsaFlaw | None) -> None:
    private = prime_from((1 << bits) - 1 | 1)
    assert flaw_of(P * Q, pow(private, -1, (P - 1) * (Q - 1))) is flaw
    assert flaw_of(P * Q, pow(private, -1, lcm(P - 1, Q - 1))) is flaw


def test_a_key_that_can_be_factored_is_reported_and_a_sound_one_is_not() -> None:
    weak, sound = rsa_key(P * prime_from(P + 2)), rsa_key(P * Q, artefact="etc/sound")
    (finding,) = findings(factorable_keys(inventory(assets=(weak, sound)), NOTHING))
    assert (finding.severity, finding.subtype) == (Severity.CRITICAL, "key")
    assert finding.title == "RSA key of etc/key can be factored"
    assert "two primes close to each other" in finding.description


def test_too_many_keys_are_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factoring, "MOST_BITS_ALONE", 600)
    said = list(factorable_keys(inventory(assets=(rsa_key(P * 3), rsa_key(R * 3), rsa_key(S * 3))), NOTHING))
    assert [type(item) for item in said] == [Finding, Finding, Problem]


def test_keys_that_share_a_prime_are_reported_with_each_other() -> None:
    keys = (
        rsa_key(P * Q, artefact="etc/a"),
        rsa_key(P * R, artefact="etc/b", kind=CryptoKind.PRIVATE_KEY),
        rsa_key(S * prime_from(S >> 3 | 1), artefact="etc/c"),
    )
    one, other = findings(shared_factors(inventory(assets=keys), NOTHING))
    assert one.title == "RSA key of etc/a shares a prime with another key"
    assert "with that of etc/b" in one.description
    assert "with that of etc/a" in other.description
    assert {one.severity, other.severity} == {Severity.CRITICAL}


def test_one_key_in_many_places_shares_nothing_with_itself() -> None:
    keys = (rsa_key(P * Q), rsa_key(P * Q, artefact="etc/b"), rsa_key(P * Q, exponent=3), rsa_key(R * S))
    assert findings(shared_factors(inventory(assets=keys), NOTHING)) == []


def test_damaged_keys_share_small_factors_by_chance() -> None:
    keys = (rsa_key(3 * P * Q), rsa_key(3 * R * S, artefact="etc/b"))
    assert findings(shared_factors(inventory(assets=keys), NOTHING)) == []


def test_both_primes_may_be_shared() -> None:
    assert common_factors([P * Q, P * R, Q * S]) == {P * Q: P * Q, P * R: P, Q * S: Q}


def test_no_keys_share_nothing() -> None:
    assert list(shared_factors(inventory(), NOTHING)) == []


def test_keys_beyond_what_can_be_compared_are_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factoring, "MOST_BITS_TOGETHER", 1100)
    keys = tuple(rsa_key(modulus) for modulus in (P * Q, P * R, R * S))
    *found, problem = list(shared_factors(inventory(assets=keys), NOTHING))
    assert len(found) == 2
    assert isinstance(problem, Problem)
    assert (problem.kind, problem.message) == (ProblemKind.BUDGET, "1 RSA keys were not compared with others: too many")
