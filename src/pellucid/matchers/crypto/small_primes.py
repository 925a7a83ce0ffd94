"""Small primes, by the sieve of Eratosthenes."""

from math import isqrt


def primes_below(below: int) -> list[int]:
    """In their order."""
    sieve = bytearray([1]) * below
    sieve[:2] = b"\0\0"
    for number in range(2, isqrt(below) + 1):
        if sieve[number]:
            sieve[number * number :: number] = bytes(len(range(number * number, below, number)))
    return [number for number in range(below) if sieve[number]]
