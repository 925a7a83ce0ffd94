"""Dependency expressions: what must be there before a module is started (UEFI PI 1.8, volume 2, 10.7)."""

from pellucid.errors import Malformed
from pellucid.formats.span import Data, take
from pellucid.formats.uefi import guid

MOST_OPERATIONS = 256
LONGEST = 4096
GUIDED = {0x00: "before", 0x01: "after", 0x02: ""}
JOINED = {0x03: "and", 0x04: "or"}
CONSTANTS = {0x06: "true", 0x07: "false"}
NOT, END, START_ON_REQUEST = 0x05, 0x08, 0x09


def text(data: Data, at: int, end: int) -> str:
    """The expression from `at` to `end` in infix notation, with the names of the GUIDs that have one."""
    stack = list[str]()
    on_request = ""
    for _ in range(MOST_OPERATIONS):
        code = take(data, at, 1)[0]
        at += 1
        if code == END or at > end:
            return on_request + (stack[-1] if stack else "true")
        if code in GUIDED:
            stack.append(f"{GUIDED[code]} {guid.shown(take(data, at, guid.SIZE))}".strip())
            at += guid.SIZE
        elif code in CONSTANTS:
            stack.append(CONSTANTS[code])
        elif code == START_ON_REQUEST:
            on_request = "on request: "
        elif code == NOT and stack:
            stack.append(f"not {stack.pop()}"[:LONGEST])
        elif code in JOINED and len(stack) > 1:
            right = stack.pop()
            stack.append(f"({stack.pop()} {JOINED[code]} {right})"[:LONGEST])
        else:
            raise Malformed(f"a dependency expression has the impossible operation 0x{code:02x}")
    raise Malformed("a dependency expression is too long")
