"""Accounts of Unix: passwd(5), shadow(5), master.passwd(5) of the BSDs."""

from collections.abc import Iterator

import msgspec

MOST_BYTES = 1 << 20
MOST_ACCOUNTS = 10_000
PASSWD, SHADOW, MASTER = 7, 9, 10


class Account(msgspec.Struct, frozen=True):
    """`password` is a hash, "x" where it lies elsewhere, "*" or "!" where there is none to log in with, or empty.

    `uid` is -1 and `shell` None where a file does not say. `at` is the offset of the line.
    """

    name: str
    password: str
    uid: int
    shell: str | None
    at: int


def read(data: bytes) -> Iterator[Account]:
    """The accounts of a file in which each line is one; lines of another shape are left out."""
    at = 0
    for line in data[:MOST_BYTES].split(b"\n")[:MOST_ACCOUNTS]:
        start, at = at, at + len(line) + 1
        fields = line.rstrip(b"\r").decode("utf-8", "replace").split(":")
        name = fields[0]
        # "+" and "-" ask NIS.
        if not name or name[0] in "#+- \t" or any(character.isspace() for character in name):
            continue
        if len(fields) == PASSWD and fields[2].isascii() and fields[2].isdigit() and len(fields[2]) < 11:
            yield Account(name, fields[1], int(fields[2]), fields[6], start)
        elif len(fields) == MASTER and fields[2].isascii() and fields[2].isdigit() and len(fields[2]) < 11:
            yield Account(name, fields[1], int(fields[2]), fields[9], start)
        elif len(fields) == SHADOW and all(not field or field.isdigit() for field in fields[2:8]):
            yield Account(name, fields[1], -1, None, start)
