"""RSA moduli that can be factored without luck: by what is wrong with one, or by what several have in common.

Fermat's method for primes that are close; small primes; small private exponents (M. Wiener, "Cryptanalysis of Short RSA
Secret Exponents", 1990); common divisors (N. Heninger and others, "Mining Your Ps and Qs", 2012).
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from math import gcd, isqrt, lcm, prod

from pellucid.domain.rsa_flaw import RsaFlaw
from pellucid.matchers.crypto.roca import is_roca
from pellucid.matchers.crypto.small_primes import primes_below

FERMAT_STEPS = 100
SMALL = 65538
# Keys that are examined one after the other take some seconds when they have this many bits in all.
MOST_BITS_ALONE = 1 << 23
# The divisor of two products takes time by the square of their size: a thousand keys of 2048 bits take two seconds.
MOST_BITS_TOGETHER = 1 << 21
# Wiener's attack is for exponents that are as large as the modulus, or nearly so.
LEAST_BITS_OF_EXPONENT = 33
# Squares leave few remainders modulo this, so that most numbers need no root.
SIEVE = 5040


def flaw_of(modulus: int, exponent: int = 65537) -> RsaFlaw | None:
    """The first of these flaws that a key has; a few milliseconds for 4096 bits."""
    if has_small_factor(modulus):
        return RsaFlaw.SMALL_FACTOR
    if _fermat(modulus):
        return RsaFlaw.CLOSE_PRIMES
    if is_roca(modulus):
        return RsaFlaw.ROCA
    return RsaFlaw.SMALL_PRIVATE_EXPONENT if _wiener(modulus, exponent) else None


def has_small_factor(modulus: int) -> bool:
    """Whether a prime up to 65537 divides it."""
    return modulus < SMALL or gcd(modulus, _small_primes() % modulus) != 1


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


def _wiener(modulus: int, exponent: int) -> bool:
    """Whether a convergent of exponent / modulus gives the number of units, and with it the sum of the primes."""
    if exponent.bit_length() < LEAST_BITS_OF_EXPONENT:
        return False
    squares = _remainders_of_squares()
    for k, d in _convergents(exponent, modulus):
        if d.bit_length() * 2 > modulus.bit_length():
            return False
        half, odd = divmod(modulus - exponent * d // k + 1, 2) if k else (0, 1)
        rest = half * half - modulus
        if not odd and rest >= 0 and rest % SIEVE in squares and isqrt(rest) ** 2 == rest:
            return True
    return False


def _convergents(above: int, below: int) -> Iterator[tuple[int, int]]:
    """Those of a continued fraction; of every other one also the neighbour that rounding down asks for."""
    k, d, former_k, former_d, number = 1, 0, 0, 1, 0
    while below:
        part, (above, below) = above // below, (below, above % below)
        k, d, former_k, former_d = part * k + former_k, part * d + former_d, k, d
        yield (k, d) if number % 2 else (k + former_k, d + former_d)
        number += 1


@cache
def _remainders_of_squares() -> frozenset[int]:
    return frozenset(number * number % SIEVE for number in range(SIEVE))


@cache
def _small_primes() -> int:
    return prod(primes_below(SMALL))
