"""The wire format of Protocol Buffers (developers.google.com, "Encoding"): fields by number, without a schema."""

import msgspec

from pellucid.errors import Malformed, Truncated

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
WIDTHS = {FIXED64: 8, FIXED32: 4}
LONGEST_VARINT = 10
MOST_FIELDS = 1_000_000


class Message(msgspec.Struct):
    """Field number -> values in order: int for numbers, bytes for texts and messages."""

    numbers: dict[int, list[int]] = msgspec.field(default_factory=dict)
    blocks: dict[int, list[bytes]] = msgspec.field(default_factory=dict)

    def number(self, key: int, default: int = 0) -> int:
        """The last value of a number, which is what counts when it is repeated."""
        return self.numbers[key][-1] if key in self.numbers else default

    def text(self, key: int) -> str:
        return self.blocks[key][-1].decode("utf-8", "backslashreplace") if key in self.blocks else ""

    def bytes(self, key: int) -> bytes:
        return self.blocks[key][-1] if key in self.blocks else b""

    def messages(self, key: int) -> "list[Message]":
        """All values of a field that holds messages; raises Malformed."""
        return [read(block) for block in self.blocks.get(key, [])]


def read(data: bytes) -> Message:
    """All fields of a message; raises Malformed for what is none."""
    message, at = Message(), 0
    for _ in range(MOST_FIELDS):
        if at >= len(data):
            return message
        tag, at = _varint(data, at)
        key, kind = tag >> 3, tag & 7
        if not key:
            raise Malformed("no field of a message")
        if kind == VARINT:
            value, at = _varint(data, at)
            message.numbers.setdefault(key, []).append(value)
            continue
        size, at = _varint(data, at) if kind == BYTES else (WIDTHS.get(kind, -1), at)
        if size < 0:
            raise Malformed("a field of an unknown kind")
        if at + size > len(data):
            raise Truncated("a field of a message is cut off")
        block = data[at : at + size]
        at += size
        if kind == BYTES:
            message.blocks.setdefault(key, []).append(block)
        else:
            message.numbers.setdefault(key, []).append(int.from_bytes(block, "little"))
    raise Malformed("a message of too many fields")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for number in range(LONGEST_VARINT):
        if at + number >= len(data):
            raise Truncated("a number of a message is cut off")
        byte = data[at + number]
        value |= (byte & 0x7F) << 7 * number
        if byte < 0x80:
            return value, at + number + 1
    raise Malformed("a number of a message is too long")
