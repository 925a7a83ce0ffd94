"""The order of RPM's versions, [epoch:]version[-release] (RPM reference manual, "Dependencies", "Versioning")."""

import re

LONGEST = 512
# What counts in a version: numbers, ASCII letters, "~" (before everything) and "^" (after the end, before the rest).
PART = re.compile(r"[0-9]+|[A-Za-z]+|~|\^")
END = ""


def compare(left: str, right: str) -> int:
    """A negative number, zero or a positive number. Any text may be passed in; a missing epoch is zero."""
    a, b = _parts(left[:LONGEST]), _parts(right[:LONGEST])
    return _sign(a[0], b[0]) or _segments(a[1], b[1]) or _segments(a[2], b[2])


def _parts(text: str) -> tuple[int, str, str]:
    epoch, colon, rest = text.strip().partition(":")
    if not colon or not (epoch.isascii() and epoch.isdigit()):
        epoch, rest = "0", text.strip()
    version, hyphen, release = rest.rpartition("-")
    return (int(epoch), version, release) if hyphen else (int(epoch), rest, "")


def _segments(left: str, right: str) -> int:
    if left == right:
        return 0
    a, b = PART.findall(left), PART.findall(right)
    for number in range(max(len(a), len(b)) + 1):
        one = a[number] if number < len(a) else END
        two = b[number] if number < len(b) else END
        if result := _order(one, two):
            return result
    return 0


def _order(one: str, two: str) -> int:
    if one == two:
        return 0
    for mark, end in (("~", -1), ("^", 1)):
        if mark in (one, two):
            # A tilde is before everything, a caret before all but the end.
            other = two if one == mark else one
            less = -1 if mark == "~" or other != END else end
            return less if one == mark else -less
    if END in (one, two):
        return -1 if one == END else 1
    if one.isdigit() and two.isdigit():
        return _sign(int(one), int(two))
    if one.isdigit() or two.isdigit():
        return 1 if one.isdigit() else -1
    return -1 if one < two else 1


def _sign(left: int, right: int) -> int:
    return (left > right) - (left < right)
