"""Flaws of RSA moduli: what makes one easy to factor."""

from enum import StrEnum


class RsaFlaw(StrEnum):
    """In words that a sentence can take: the modulus has …"""

    SMALL_FACTOR = "a small prime factor"
    CLOSE_PRIMES = "two primes close to each other"
    ROCA = "the structure of keys from a faulty generator (ROCA)"
