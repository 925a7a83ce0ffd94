"""Numbers in keys that no sound generator gives: what was damaged, made by hand, or carries something else.

Sparse moduli have primes that are sums of few powers of two, whose product can be read as a polynomial and factored as
one. A sparse prime of DSA makes logarithms easier (D. Gordon, "Designing and Detecting Trapdoors for Discrete Log
Cryptosystems", 1992). How the backdoor of xz read its commands: CVE-2024-3094.
"""

import re

from pellucid.domain.rsa_flaw import RsaFlaw
from pellucid.matchers.crypto.factoring import has_small_factor

REPEATED = re.compile(rb"(.)\1{15}", re.DOTALL)
FEWEST_BITS = 500
SPARSE_BELOW = 40  # percent
# How far from one half the share of ones may be, in percent, by how long the number is: a short one varies more.
MOST_UNEVEN = ((2000, 10), (1000, 12), (0, 17))
XZ_COMMANDS = 3
DSA_BITS, DSA_TOP, DSA_LOW_BITS = 1024, 0x800000, 168
DSA_WORD, DSA_UNUSED = 32, 0x00FFFFF0


def oddity_of(modulus: int) -> RsaFlaw | None:
    """The first of these that an RSA modulus has."""
    whole, uneven = modulus.to_bytes((modulus.bit_length() + 7) // 8, "big"), _uneven(modulus)
    if _is_command_for_xz(whole):
        return RsaFlaw.XZ_BACKDOOR
    return RsaFlaw.PATTERN if REPEATED.search(whole) and uneven is None else uneven


def is_sparse_prime(prime: int) -> bool:
    """Whether a prime of DSA has 1024 bits, of which nearly all are zero at regular places."""
    if prime.bit_length() != DSA_BITS or prime >> (DSA_BITS - 24) != DSA_TOP:
        return False
    rest = (prime >> DSA_LOW_BITS) ^ (1 << (DSA_BITS - 1 - DSA_LOW_BITS))
    words = (rest >> at for at in range(0, rest.bit_length(), DSA_WORD))
    return not any(word & DSA_UNUSED for word in words)


def _uneven(modulus: int) -> RsaFlaw | None:
    """Whether chance would not have given so many ones, or zeros. A number with a small factor is a damaged one."""
    bits, share = modulus.bit_length(), _ones(modulus)
    most = next(most for least, most in MOST_UNEVEN if bits > least)
    is_sparse = share < SPARSE_BELOW and _ones(modulus % (1 << bits // 2)) < SPARSE_BELOW
    if not (is_sparse or abs(2 * share - 101) > 2 * most) or has_small_factor(modulus):
        return None
    if is_sparse:
        return RsaFlaw.SPARSE if bits >= FEWEST_BITS else None
    return RsaFlaw.UNEVEN


def _ones(number: int) -> int:
    return number.bit_count() * 100 // number.bit_length() if number else 0


def _is_command_for_xz(modulus: bytes) -> bool:
    """Its first 16 bytes, as SSH sends it, are three numbers that give one of four commands."""
    sent = (b"\0" if modulus[0] & 0x80 else b"") + modulus
    one, two, three = sent[0:4], sent[4:8], sent[8:16]
    factors = int.from_bytes(one, "little") * int.from_bytes(two, "little")
    # A number that begins with zeros would be one, too.
    return factors > 0 and (factors + int.from_bytes(three, "little")) % (1 << 64) <= XZ_COMMANDS
