"""What is kept of a secret: what may be shown of it, and what tells equal ones apart."""

import hashlib
import math
from collections import Counter

from pellucid.analysis.secrets_seen import HIDDEN

# From this length on, the end of a token helps to find it again, and leaves enough that is not shown.
LONG, LONGER = 20, 32
# Whoever guesses must not be able to tell a right guess from thousands of wrong ones.
WEAK_BITS = 20
# A token of a generator: as many bits in all as nobody can try.
STRONG_BITS = 96.0


def entropy(value: bytes) -> float:
    """Of Shannon, in bits a byte, of the bytes as they are distributed in the value itself."""
    total = len(value)
    return -sum(count / total * math.log2(count / total) for count in Counter(value).values()) if total else 0.0


def redacted(value: bytes, prefix: bytes = b"", *, shown: bool = True) -> str:
    """The prefix that all of its type have, and the last 2 or 4 characters of a long token.

    Nothing of what is short or, with `shown` False, of what may have been chosen by a person.
    """
    head = prefix.decode("latin-1") if value.startswith(prefix) else ""
    rest = len(value) - len(head)
    tail = 0 if not shown or rest < LONG else 4 if rest >= LONGER else 2
    end = value[len(value) - tail :].decode("latin-1")
    return head + HIDDEN + (end if end.isascii() and end.isprintable() else "")


def fingerprint(value: bytes, kind: str) -> str:
    """16 hex digits, the same for equal secrets of a kind.

    Of a token that a generator made they are 64 bits of its SHA-256: nobody finds it by trying. A password could be
    found so, from a list and a hash that is made in no time. So only 20 bits of its hash are used: of a list of a
    thousand million candidates a thousand remain, all alike, while two passwords of an image are taken for the same
    one once in a million times. A slow derivation would have to be made for thousands of places in a scan, and a key
    of the installation is not there where a scan runs without one.
    """
    digest = hashlib.sha256(kind.encode() + b"\0" + value).digest()
    if entropy(value) * len(value) < STRONG_BITS:
        number = int.from_bytes(digest, "big") >> (256 - WEAK_BITS)
        digest = hashlib.sha256(f"{kind} {number}".encode()).digest()
    return digest[:8].hex()
