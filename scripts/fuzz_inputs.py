"""Inputs of the fuzzer: large images without their empty sectors, mutations of fields, and growth to megabytes."""

import random
from collections.abc import Iterator, Sequence
from typing import Literal

SECTOR = 512
WHOLE = 64 << 10
EXTREMES = (
    0,
    1,
    2,
    7,
    8,
    16,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
    (1 << 63) - 1,
)
ORDERS: tuple[Literal["little"], Literal["big"]] = ("little", "big")
WIDTHS = (1, 2, 2, 4, 4, 4, 8)


class Packing:
    """How inputs of a target are kept: a seed of more than 64 KiB as its sectors that are not empty.

    A disk of 9 MiB that is nearly empty then costs the fuzzer some kilobytes, and edits do not go into emptiness.
    """

    def __init__(self, seed: bytes) -> None:
        self._size = len(seed)
        empty = bytes(SECTOR)
        starts = range(0, len(seed), SECTOR) if len(seed) > WHOLE else ()
        self._sectors = [at for at in starts if seed[at : at + SECTOR].ljust(SECTOR, b"\0") != empty]

    def pack(self, data: bytes) -> bytes:
        """What the fuzzer keeps of the seed `data`."""
        return b"".join(data[at : at + SECTOR] for at in self._sectors) if self._sectors else data

    def unpack(self, packed: bytes) -> bytes:
        """What a reader gets: sectors at their places, more of them behind the end; a short input is cut off."""
        if not self._sectors:
            return packed
        data = bytearray(self._size)
        length = len(self._sectors) * SECTOR
        for number, at in enumerate(self._sectors):
            sector = packed[number * SECTOR : (number + 1) * SECTOR]
            data[at : at + len(sector)] = sector
            if len(packed) <= (number + 1) * SECTOR < length:
                del data[at + len(sector) :]
                break
        return bytes(data + packed[length:])


def edited(data: bytes, noise: random.Random) -> bytes:
    """`data` with some fields overwritten: extremes, small steps, lengths, fields of other places."""
    changed = bytearray(data)
    for _ in range(noise.choice((1, 1, 1, 2, 3, 6))):
        # Headers are small and interesting: half of all edits go into the first kilobytes.
        at = noise.randrange(min(len(changed), 3072) if noise.random() < 0.5 else len(changed))
        width = noise.choice(WIDTHS)
        if noise.random() < 0.7:
            at -= at % width
        order = noise.choice(ORDERS)
        before = int.from_bytes(changed[at : at + width], order)
        value = noise.choice(
            (
                noise.choice(EXTREMES),
                before + noise.choice((-2, -1, 1, 2, 4, 8, 64)),
                before ^ 1 << noise.randrange(8 * width),
                before << 1,
                len(data) + noise.randrange(-4, 5),
                noise.randrange(len(data)),
                at,
                int.from_bytes(changed[(other := noise.randrange(len(data))) : other + width], order),
                noise.getrandbits(8 * width),
            )
        )
        field = (value % (1 << 8 * width)).to_bytes(width, order)
        changed[at : at + width] = field[: len(changed) - at]
    return bytes(changed)


def grown(seeds: Sequence[bytes], literal: bytes, size: int, noise: random.Random) -> Iterator[bytes]:
    """Endless inputs of about `size` bytes: an input or parts of it over and over, or a beginning with much behind it.

    What is linear for small inputs may be quadratic, and is seen here.
    """
    while True:
        seed = noise.choice(seeds)
        begin = noise.randrange(len(seed) + 1)
        length = noise.choice((1, 2, 4, 8, 12, 16, 24, 32, 64, 128, 512, 1024, 4096))
        part = seed[begin : begin + length] or b"\0"
        tail = noise.choice((part, b"\0", b"\xff", b"\1\0\0\0", literal, seed[:length], seed, noise.randbytes(1 << 16)))
        shape = noise.randrange(4)
        if shape == 0:
            data = seed[:begin] + tail * (size // len(tail))
        elif shape == 1:
            data = seed[:begin] + part * (size // len(part)) + seed[begin:]
        elif shape == 2:
            data = seed + tail * (size // len(tail))
        else:
            data = edited(seed, noise) + tail * (size // len(tail))
        yield edited(data, noise) if noise.random() < 0.5 else data
