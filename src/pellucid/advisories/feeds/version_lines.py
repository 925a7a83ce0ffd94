"""Ranges of versions that publishers of CVEs write down one by one, as they mean them together.

Somebody who says "before 3.0.9" and "before 3.1.1" of one product means lines of development: 3.0.20 has the fix.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cmp_to_key
from itertools import pairwise, zip_longest

from pellucid.domain.version_range import VersionRange
from pellucid.formats.version_order import Order

ALL = VersionRange()
MOST_PAIRS = 50_000
ONLY_THE_FIX = "Its publisher names nothing but the version with the fix: all before it are taken to be affected."
# How versions of a line begin, where an order is that of software whose lines are known.
_LINES = {
    "openssl": re.compile(r"(?:[3-9]|\d{2,})\.\d+|[0-2]\.\d+\.\d+"),
    "kernel": re.compile(r"(?:[3-9]|\d{2,})\.\d+|2\.\d+\.\d+"),
}
_NUMBERS = re.compile(r"[vV]?(\d+(?:\.\d+)*)")


@dataclass(frozen=True)
class Meant:
    """What is affected, and what its reader should know of that."""

    spans: tuple[VersionRange, ...]
    note: str = ""


def meant(affected: Sequence[VersionRange], unaffected: Sequence[VersionRange], order: Order) -> Meant:
    """What ranges come to, of one product in one entry; a range that ends where it begins is "before that version"."""
    before = {span for span in affected if _is_before(span, order)}
    if len(before) == len(affected):
        spans, note = [replace(span, introduced="") for span in affected], ONLY_THE_FIX
    else:
        # Beside others it cannot mean all that came before: where its line is not known, it says nothing.
        own = (span if span not in before else _in_line(span, order) for span in affected)
        spans, note = [span for span in own if span], ""
    spans = [span for span in _by_line(spans, order) if not is_backwards(span, order)]
    return Meant(tuple(_without(spans, unaffected, order)), note)


def is_single(span: VersionRange) -> bool:
    """Whether it is one version."""
    return bool(span.introduced) and span.introduced == span.last_affected


def is_backwards(span: VersionRange, order: Order) -> bool:
    """Whether nothing is in it, since it ends before it begins."""
    begin, end = _begin(span), _end(span)
    if not begin or not end:
        return False
    found = order(begin, end)
    return found > 0 or (found == 0 and bool(span.after or span.fixed))


def following(line: str) -> str:
    """The first version behind a line: that of 5.4 is 5.5."""
    head, dot, number = line.rpartition(".")
    return f"{head}{dot}{int(number) + 1}"


def rest(spans: Sequence[VersionRange], order: Order) -> list[VersionRange]:
    """All versions that are in none of `spans`."""

    def by_beginning(one: VersionRange, other: VersionRange) -> int:
        if not one.introduced or not other.introduced:
            return bool(one.introduced) - bool(other.introduced)
        return order(one.introduced, other.introduced)

    found, begin = [], ALL
    for span in sorted(spans, key=cmp_to_key(by_beginning)):
        edge = _begin(begin)
        if span.introduced and (not edge or order(edge, span.introduced) < 0):
            found.append(replace(begin, fixed=span.introduced))
        end = _end(span)
        if not end:
            return found
        if not edge or order(edge, end) < 0:
            begin = VersionRange(introduced=end) if span.fixed else VersionRange(after=end)
    return [*found, begin]


def _begin(span: VersionRange) -> str:
    return span.introduced or span.after


def _end(span: VersionRange) -> str:
    return span.fixed or span.last_affected


def _is_before(span: VersionRange, order: Order) -> bool:
    return bool(span.introduced and span.fixed) and order(span.introduced, span.fixed) == 0


def _in_line(span: VersionRange, order: Order) -> VersionRange | None:
    """From where the line of its end begins."""
    found = _LINES[order.name].match(span.fixed) if order.name in _LINES else None
    return replace(span, introduced=found[0]) if found else None


def _by_line(spans: Sequence[VersionRange], order: Order) -> list[VersionRange]:
    """Ranges that begin alike and end in different lines: each is about its own, and what lies between."""
    ended = dict.fromkeys(span for span in spans if _NUMBERS.match(_end(span)) and not is_single(span))
    alike: dict[tuple[str, str], list[VersionRange]] = {}
    for span in ended:
        alike.setdefault((span.introduced, span.after), []).append(span)
    parted = {group[0]: _parted(group, order) for group in alike.values()}
    others = [[span] if span not in ended else parted.get(span, []) for span in spans]
    return [span for group in others for span in group]


def _parted(group: Sequence[VersionRange], order: Order) -> list[VersionRange]:
    def compare(one: VersionRange, other: VersionRange) -> int:
        return order(_end(one), _end(other))

    by_end = sorted(group, key=cmp_to_key(compare))
    found = [by_end[0]]
    for former, span in pairwise(by_end):
        if line := _line(_end(former), _end(span), order):
            later = replace(span, introduced=following(line), after="")
            # Of ranges that end before they begin, the lines lie before what is said to be affected.
            found.append(later if _begins_later(later, span, order) else span)
        else:
            found[-1] = replace(found[-1], fixed=span.fixed, last_affected=span.last_affected)
    return found


def _line(lower: str, upper: str, order: Order) -> str:
    """The line of `lower`, which `upper` is not in; "" for two of the same line, or if that cannot be told."""
    if known := _LINES.get(order.name):
        one, other = known.match(lower), known.match(upper)
        return one[0] if one and other and one[0] != other[0] else ""
    numbers, others = (found[1].split(".") for text in (lower, upper) if (found := _NUMBERS.match(text)))
    pairs = enumerate(zip_longest(numbers, others, fillvalue=""))
    place = next((at for at, (a, b) in pairs if not a or not b or int(a) != int(b)), len(numbers))
    # The last number counts versions of a line, not lines.
    return ".".join(numbers[: place + 1]) if place < min(len(numbers) - 1, len(others)) else ""


def _without(spans: Sequence[VersionRange], unaffected: Sequence[VersionRange], order: Order) -> Sequence[VersionRange]:
    """What is left of `spans`; all of it where nothing would be, or nobody said what is not affected."""
    left = rest(unaffected, order)
    if not unaffected or len(spans) * len(left) > MOST_PAIRS:
        return spans
    kept = [span if span == ALL else _common(span, other, order) for span in spans for other in left]
    return [span for span in dict.fromkeys(kept) if not is_backwards(span, order)] or spans


def _common(one: VersionRange, other: VersionRange, order: Order) -> VersionRange:
    """What is in both."""
    later = one if _begins_later(one, other, order) else other
    sooner = one if _ends_sooner(one, other, order) else other
    return replace(later, fixed=sooner.fixed, last_affected=sooner.last_affected)


def _begins_later(one: VersionRange, other: VersionRange, order: Order) -> bool:
    if not _begin(one) or not _begin(other):
        return not _begin(other)
    found = order(_begin(one), _begin(other))
    return found > 0 or (found == 0 and (bool(one.after) or not other.after))


def _ends_sooner(one: VersionRange, other: VersionRange, order: Order) -> bool:
    if not _end(one) or not _end(other):
        return not _end(other)
    found = order(_end(one), _end(other))
    return found < 0 or (found == 0 and (bool(one.fixed) or not other.fixed))
