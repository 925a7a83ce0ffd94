"""JSON documents that package managers write: an object with whatever is in it, or Malformed (RFC 8259)."""

from typing import Any

import msgspec

from pellucid.errors import BudgetExceeded, Malformed
from pellucid.formats.span import Data

LARGEST = 24 << 20
LONGEST = 4096
MOST_MISSED = 200
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read(data: Data) -> dict[str, Any]:
    """The object that the document is; raises as `decode` does, and Malformed for anything else."""
    found = decode(data)
    if not isinstance(found, dict):
        raise Malformed("a JSON document, but not an object")
    return found


def decode(data: Data) -> object:
    """What the document holds. Of a name that occurs twice, the last counts.

    Raises Malformed, also for what is nested too deeply and for numbers of more than 64 bits, and BudgetExceeded for
    more than 24 MiB: no package manager writes as much.
    """
    if len(data) > LARGEST:
        raise BudgetExceeded(f"a JSON document of {len(data)} bytes is not read, at most {LARGEST} are")
    content = bytes(data[:]).removeprefix(BYTE_ORDER_MARK)
    try:
        return msgspec.json.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"not a JSON document: {str(error)[:120]}") from error


def text(value: object) -> str:
    """A string of bearable length, else ""."""
    return value.strip() if isinstance(value, str) and len(value) <= LONGEST else ""


def mapping(value: object) -> dict[str, Any]:
    """An object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> list[dict[str, Any]]:
    """The objects in a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(value: object) -> tuple[str, ...]:
    """The strings in a list."""
    return tuple(filter(None, map(text, value))) if isinstance(value, list) else ()


class Places:
    """Where strings stand that are asked for in the order of the document."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self._at = 0
        self._missed = 0

    def of(self, string: str) -> int:
        """The offset of `string`, in quotes, behind the one asked for last; else that of the last one."""
        if self._missed < MOST_MISSED:
            found = self._data.find(b'"' + string.encode("utf-8", "replace") + b'"', self._at)
            self._missed += found < 0
            self._at = max(found, self._at)
        return self._at
