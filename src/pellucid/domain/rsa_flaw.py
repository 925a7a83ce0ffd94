"""Flaws of RSA keys: what makes one easy to factor, or shows that no sound generator made it."""

from enum import StrEnum


class RsaFlaw(StrEnum):
    """In words that a sentence can take: the key has …"""

    SMALL_FACTOR = "a small prime factor"
    CLOSE_PRIMES = "two primes close to each other"
    ROCA = "the structure of keys from a faulty generator (ROCA)"
    SMALL_PRIVATE_EXPONENT = "a small private exponent (Wiener's attack)"
    SPARSE = "so many zero bits that its primes follow from the pattern of them"
    XZ_BACKDOOR = "a modulus that carries a command for the backdoor of xz (CVE-2024-3094)"
    PATTERN = "a modulus in which one byte stands sixteen times in a row"
    UNEVEN = "a modulus with far more bits of one kind than chance gives"
