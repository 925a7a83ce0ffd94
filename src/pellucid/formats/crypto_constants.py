"""Numbers that only implementations of cryptographic algorithms have, in the forms that compilers give them.

The table is crypto_constants.toml.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from pellucid.formats import split_words

SEARCHED = 16
SPREAD = "in words of"
_WIDTHS = {"words16": 2, "words32": 4, "words64": 8}


class Constant(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table; what its fields mean stands there."""

    algorithm: str
    what: str
    parameters: str = ""
    whole: bool = False
    beside: tuple[bytes, ...] = ()
    also: tuple[bytes, ...] = ()
    unless: tuple[bytes, ...] = ()
    without: float = 0.0
    confidence: float = 0.95


class Pattern(msgspec.Struct, frozen=True, kw_only=True):
    """A constant in one form ("32-bit little-endian"): `literal` is what is searched, `at` in `content`, its bytes.

    With `whole`, all of the content must be there.
    """

    constant: Constant
    form: str
    content: bytes
    at: int
    whole: bool

    @property
    def literal(self) -> bytes:
        return self.content[self.at : self.at + SEARCHED]


class Scattered(msgspec.Struct, frozen=True, kw_only=True):
    """Words of four bytes: at least so many of them stand `within` so many bytes of the first one.

    They do in one order of bytes, or as instructions of a `machine` that build each of them from two halves.
    """

    constant: Constant
    form: str
    words: tuple[bytes, ...]
    least: int
    within: int
    unless: bytes = b""
    machine: str = ""

    def stand_in(self, window: bytes) -> bool:
        """Whether enough of them do."""
        if self.machine:
            numbers = (int.from_bytes(word, "big") for word in self.words)
            enough = sum(split_words.built(word, self.machine).stands_in(window) for word in numbers) >= self.least
            other = int.from_bytes(self.unless, "big")
            return enough and not (other and split_words.built(other, self.machine).stands_in(window))
        enough = sum(word in window for word in self.words) >= self.least
        return enough and not (self.unless and self.unless in window)


def by_literal() -> Mapping[bytes, tuple[Pattern, ...]]:
    """All patterns, by what has to be searched for them; those with more content come first."""
    return _patterns()


def by_first_word() -> Mapping[bytes, Scattered]:
    """All scattered words, by the first of them, which has to be searched for."""
    return _scattered()


@cache
def _scattered() -> Mapping[bytes, Scattered]:
    found: dict[bytes, Scattered] = {}
    for row in _table()["scattered"]:
        words = [bytes.fromhex(word) for word in row["words"].split()]
        unless = bytes.fromhex(row.get("unless", ""))
        for order, step in (("big-endian", 1), ("little-endian", -1)):
            found[words[0][::step]] = Scattered(
                constant=Constant(algorithm=row["algorithm"], what=row["what"], confidence=0.8),
                form=f"among instructions, {order}",
                words=tuple(word[::step] for word in words),
                least=row["least"],
                within=row["within"],
                unless=unless[::step],
            )
        long = (split_words.AARCH64_LONG,) if row.get("long") else ()
        for machine in (*split_words.MACHINES, *long) if row.get("split") else ():
            scattered = Scattered(
                constant=Constant(algorithm=row["algorithm"], what=row["what"], confidence=0.8),
                form=f"in halves, {machine}",
                words=tuple(words),
                least=row["least"],
                within=2 * row["within"],
                unless=unless,
                machine=machine,
            )
            found |= dict.fromkeys(split_words.upper_halves(int.from_bytes(words[0], "big"), machine), scattered)
    return found


@cache
def _table() -> Mapping[str, Any]:
    text = Path(__file__).with_name("crypto_constants.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _patterns() -> Mapping[bytes, tuple[Pattern, ...]]:
    found: dict[bytes, list[Pattern]] = {}
    for row in _table()["constants"]:
        for pattern in _of(row):
            found.setdefault(pattern.literal, []).append(pattern)
    return {
        literal: tuple(sorted(patterns, key=lambda item: -len(item.content))) for literal, patterns in found.items()
    }


def _of(row: Mapping[str, Any]) -> Iterator[Pattern]:
    constant = Constant(
        algorithm=row["algorithm"],
        what=row["what"],
        parameters=row.get("parameters", ""),
        whole=row.get("whole", False),
        beside=tuple(word.encode() for word in row.get("beside", ())),
        also=_wide(row.get("also", "")),
        unless=tuple(bytes.fromhex(row["unless"])[::step] for step in (1, -1) if "unless" in row),
        without=row.get("without", 0.0),
        confidence=row.get("confidence", 0.95),
    )
    at = row.get("at", 0)
    for form, content, place in _forms(row, at):
        # Small numbers in wide words are mostly zeros.
        whole = constant.whole or form.startswith(SPREAD)
        yield Pattern(
            constant=constant, form=form, content=content, at=min(place, len(content) - SEARCHED), whole=whole
        )


def _wide(word: str) -> tuple[bytes, ...]:
    """The forms of a word of 64 bits."""
    return tuple(content for _, content, _ in _forms({"words64": word}, 0)) if word else ()


def _forms(row: Mapping[str, Any], at: int) -> Iterator[tuple[str, bytes, int]]:
    """(name of the form, the bytes, where in them to search)."""
    if "number" in row:
        yield from _number(bytes.fromhex(row["number"]), at)
        return
    kind = next(name for name in ("bytes", *_WIDTHS) if name in row)
    raw = bytes.fromhex(row[kind])
    width = _WIDTHS.get(kind, 1)
    words = [raw[i : i + width] for i in range(0, len(raw), width)]
    if kind == "bytes":
        yield "bytes", raw, at
    else:
        yield f"{8 * width}-bit big-endian", raw, at
        yield f"{8 * width}-bit little-endian", b"".join(word[::-1] for word in words), at
    if width == 8:
        halves = b"".join(word[3::-1] + word[:3:-1] for word in words)
        yield "halves of 64 bits, little-endian", halves, at
    if row.get("spread"):
        yield f"{SPREAD} 32 bits, big-endian", b"".join(word.rjust(4, b"\0") for word in words), at * 4 // width
        yield (
            f"{SPREAD} 32 bits, little-endian",
            b"".join(word[::-1].ljust(4, b"\0") for word in words),
            at * 4 // width,
        )


def _number(big: bytes, at: int) -> Iterator[tuple[str, bytes, int]]:
    big = big.lstrip(b"\0")
    yield "big-endian", big, at
    yield "little-endian", big[::-1], max(len(big) - at - SEARCHED, 0)
    for size in (4, 8):
        if len(big) >= SEARCHED + size:
            # Whole limbs only, counted from the least significant one.
            limbs = [big[max(end - size, 0) : end].rjust(size, b"\0") for end in range(len(big), 0, -size)]
            whole = b"".join(limbs)
            yield f"limbs of {8 * size} bits, big-endian", whole, max(len(whole) - at - SEARCHED, 0)
    text = big.hex().encode()
    yield "hex text", text, 2 * at
    yield "hex text", text.upper(), 2 * at
