"""What inodes say beyond modes and owners, as facts of entries: extended attributes (xattr(7))."""

from collections.abc import Iterable
from itertools import islice

PREFIX = "xattr."
MOST = 64


def facts(attributes: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The first 64 attributes of a file; every one of its names repeats them."""
    return dict(_fact(name, value) for name, value in islice(attributes, MOST))


def _fact(name: bytes, value: bytes) -> tuple[str, str]:
    """A value that is no plain text is given in hexadecimal digits."""
    text = value.removesuffix(b"\0").decode("latin-1")
    shown = text if text.isascii() and text.isprintable() else "0x" + value.hex()
    return PREFIX + name.decode("utf-8", "backslashreplace"), shown
