"""Text in UTF-16 in whatever holds it: programs of Windows, their user strings, hives of the registry, exports.

Of either byte order, every second byte of what is ASCII is zero. Read from the byte of a letter on, the others are the
text: which order it is need not be known, and what follows has the right offset.
"""

import msgspec

from pellucid.analysis.artefact import Artefact

MARKS = (b"\xff\xfe", b"\xfe\xff")
# What a file without a mark must begin with to be taken for one of UTF-16.
HEAD = 64


class Narrowed(msgspec.Struct, frozen=True):
    """Bytes of letters, the first of which stands at `start`; zero where there is none of ASCII or Latin-1."""

    text: bytes
    start: int

    def offset(self, at: int) -> int:
        """Where a letter stands in the artefact."""
        return self.start + 2 * at


def spread(text: bytes) -> bytes:
    """What ASCII looks like in UTF-16 of both byte orders: without the zero byte at the one end or the other."""
    return b"\0".join(text[at : at + 1] for at in range(len(text)))


def narrowed(artefact: Artefact, offset: int, before: int, after: int) -> Narrowed:
    """The letters around that at `offset`: `before` of them in front of it, `after` from it on."""
    start = offset - 2 * min(before, offset // 2)
    window = artefact.window(start, offset - start + 2 * after)
    low, high = window[::2], window[1::2]
    if any(high):
        low = bytes(0 if other else letter for letter, other in zip(low, high.ljust(len(low), b"\0"), strict=True))
    return Narrowed(low, start)


def is_wide(artefact: Artefact) -> bool:
    """Whether unknown bytes are a text in UTF-16, by its mark or its beginning."""
    if artefact.kind != "data":
        return False
    head = artefact.window(0, HEAD)
    if head.startswith(MARKS):
        return True
    low, high = head[::2], head[1::2]
    return len(head) > 2 and not any(high) and all(letter in b"\t\r\n" or 0x20 <= letter < 0x7F for letter in low)
