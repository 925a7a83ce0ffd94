"""The structure of RSA keys from chips of one vendor (M. Nemec and others, "The Return of Coppersmith's Attack", 2017).

Modulo the product of the first primes, such a modulus is a power of 65537, which chance gives to nearly no number.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from math import lcm, prod

from pellucid.matchers.crypto.small_primes import primes_below

PRIMES_BELOW = 168
GENERATOR = 65537


def is_roca(modulus: int) -> bool:
    """Whether it is a power of the generator modulo all the primes at once (S. Pohlig and M. Hellman, 1978)."""
    if any(modulus % prime not in powers for prime, powers in _groups().items()):
        return False
    together, parts = _subgroups()
    return all(pow(modulus, power, together) in members for power, members in parts.items())


@cache
def _subgroups() -> tuple[int, Mapping[int, frozenset[int]]]:
    """(the product of the primes, the generator's subgroup of each prime power in its order, by the power into it)."""
    primes = primes_below(PRIMES_BELOW)
    together = prod(primes)
    order = lcm(*(len(_powers(GENERATOR % prime, prime)) for prime in primes))
    powers = [order // part for part in _prime_powers(order)]
    return together, {power: _powers(pow(GENERATOR, power, together), together) for power in powers}


def _prime_powers(number: int) -> Iterator[int]:
    for prime in primes_below(PRIMES_BELOW):
        part = 1
        while number % prime == 0:
            number, part = number // prime, part * prime
        if part > 1:
            yield part


@cache
def _groups() -> Mapping[int, frozenset[int]]:
    """What such keys leave modulo each prime: powers of the generator. Primes that say nothing are left out."""
    groups = {prime: _powers(GENERATOR % prime, prime) for prime in primes_below(PRIMES_BELOW)[1:]}
    return {prime: powers for prime, powers in groups.items() if len(powers) < prime - 1}


def _powers(generator: int, prime: int) -> frozenset[int]:
    found, power = {1}, generator
    while power not in found:
        found.add(power)
        power = power * generator % prime
    return frozenset(found)
