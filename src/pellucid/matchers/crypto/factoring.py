"""RSA moduli that can be factored without luck: by what is wrong with one, or by what several have in common.

Fermat's method for primes that are close; small primes; the structure of keys made by one vendor's chips (M. Nemec and
others, "The Return of Coppersmith's Attack", 2017); common divisors (N. Heninger and others, "Mining Your Ps and Qs",
2012).
"""

from collections.abc import Mapping, Sequence
from functools import cache
from math import gcd, isqrt, lcm, prod

from pellucid.domain.rsa_flaw import RsaFlaw

FERMAT_STEPS = 100
SMALL = 1 << 12
# Keys that are examined one after the other take some seconds when they have this many bits in all.
MOST_BITS_ALONE = 1 << 23
# The divisor of two products takes time by the square of their size: a thousand keys of 2048 bits take two seconds.
MOST_BITS_TOGETHER = 1 << 21
ROCA_PRIMES_BELOW = 168
ROCA_GENERATOR = 65537
# Squares leave few remainders modulo this, so that most numbers need no root.
SIEVE = 5040


def flaw_of(modulus: int) -> RsaFlaw | None:
    """The first of these flaws that a modulus has; a few milliseconds for 4096 bits."""
    if modulus < SMALL or gcd(modulus, _small_primes()) != 1:
        return RsaFlaw.SMALL_FACTOR
    if _fermat(modulus):
        return RsaFlaw.CLOSE_PRIMES
    return RsaFlaw.ROCA if _roca(modulus) else None


def common_factors(moduli: Sequence[int]) -> Mapping[int, int]:
    """The factor that each modulus shares with others, of those that share one. They are few and different."""
    _, shared = _multiple_and_shared(moduli)
    if shared == 1:
        return {}
    factors = {modulus: gcd(shared, modulus) for modulus in moduli}
    return {modulus: factor for modulus, factor in factors.items() if factor != 1}


def _multiple_and_shared(moduli: Sequence[int]) -> tuple[int, int]:
    """(their least common multiple, a number whose primes are those that two of them have).

    One half is compared with the other, and so on. A product would grow with each key that has the same prime.
    """
    if len(moduli) < 2:
        return prod(moduli), 1
    middle = len(moduli) // 2
    left, in_left = _multiple_and_shared(moduli[:middle])
    right, in_right = _multiple_and_shared(moduli[middle:])
    common = gcd(left, right)
    return left * (right // common), lcm(in_left, in_right, common)


def comparable(moduli: Sequence[int]) -> int:
    """How many of the moduli, from the first on, can be compared in reasonable time."""
    bits = 0
    for number, modulus in enumerate(moduli):
        bits += modulus.bit_length()
        if bits > MOST_BITS_TOGETHER:
            return number
    return len(moduli)


def _fermat(modulus: int) -> bool:
    squares = _remainders_of_squares()
    first = isqrt(modulus - 1) + 1
    for middle in range(first, first + FERMAT_STEPS):
        rest = middle * middle - modulus
        if rest % SIEVE in squares and isqrt(rest) ** 2 == rest:
            return True
    return False


def _roca(modulus: int) -> bool:
    return all(modulus % prime in powers for prime, powers in _roca_groups().items())


@cache
def _remainders_of_squares() -> frozenset[int]:
    return frozenset(number * number % SIEVE for number in range(SIEVE))


@cache
def _roca_groups() -> Mapping[int, frozenset[int]]:
    """What such keys leave modulo each prime: powers of the generator. Primes that say nothing are left out."""
    groups = {prime: _powers(ROCA_GENERATOR % prime, prime) for prime in _primes(ROCA_PRIMES_BELOW)[1:]}
    return {prime: powers for prime, powers in groups.items() if len(powers) < prime - 1}


def _powers(generator: int, prime: int) -> frozenset[int]:
    found, power = {1}, generator
    while power not in found:
        found.add(power)
        power = power * generator % prime
    return frozenset(found)


@cache
def _small_primes() -> int:
    return prod(_primes(SMALL))


def _primes(below: int) -> list[int]:
    sieve = bytearray([1]) * below
    sieve[:2] = b"\0\0"
    for number in range(2, isqrt(below) + 1):
        if sieve[number]:
            sieve[number * number :: number] = bytes(len(range(number * number, below, number)))
    return [number for number in range(below) if sieve[number]]
