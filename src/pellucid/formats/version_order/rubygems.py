"""The order of RubyGems: `Gem::Version`, segments of numbers and letters; letters are before the release."""

import re

from pellucid.formats.version_keys import Flat, Order

_SEGMENT = re.compile(r"[0-9]+|[a-z]+", re.IGNORECASE)
_WORD, _END, _NUMBER = -1, 0, 1


def key(version: str) -> Flat:
    """Zeros before the first word, and at the end, do not count; a missing segment is zero; "-" begins ".pre."."""
    parts: list[int | str] = []
    zeros = 0
    for segment in _SEGMENT.findall(version.strip().replace("-", ".pre.")):
        if segment.isdigit():
            if number := int(segment):
                # The more zeros stand before a number, the nearer it is to the version that ends there.
                parts += (_NUMBER, -zeros, number)
                zeros = 0
            else:
                zeros += 1
        else:
            parts += (_WORD, zeros if _WORD in parts[::3] else 0, segment)
            zeros = 0
    return (*parts, _END)


rubygems = Order("rubygems", key)
