"""Passwords and client secrets, hashed with Argon2id (RFC 9106)."""

from functools import cache
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

# OWASP Password Storage Cheat Sheet, "Argon2id": 19 MiB, two passes, one lane.
HASHER = PasswordHash((Argon2Hasher(memory_cost=19 * 1024, time_cost=2, parallelism=1),))
LONGEST = 1024  # characters: nobody may make us hash megabytes
AT_ONCE = BoundedSemaphore(2)  # each takes a core and 19 MiB


def hash_secret(secret: str) -> str:
    """The hash to store, parameters and salt included."""
    with AT_ONCE:
        return HASHER.hash(secret)


def secret_matches(secret: str, stored: str | None) -> bool:
    """Whether `secret` has the stored hash. None or "" (nobody, no password) never matches, and takes the same time."""
    if len(secret) > LONGEST:
        return False
    with AT_ONCE:
        try:
            matches = HASHER.verify(secret, stored or _nobody())
        except UnknownHashError:
            return False
    return matches and bool(stored)


@cache
def _nobody() -> str:
    return HASHER.hash("nobody has this password")
