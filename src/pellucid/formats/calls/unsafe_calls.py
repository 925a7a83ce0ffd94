"""Calls of unsafe functions and what stands around them: the function, what leads there, format strings."""

import re
from collections.abc import Collection, Mapping

import msgspec
import numpy as np

from pellucid.formats.calls import sites
from pellucid.formats.calls.graph import Graph
from pellucid.formats.calls.program import Program
from pellucid.formats.calls.sites import Calls
from pellucid.formats.span import Data

FORMATTERS = frozenset(
    name
    for stem in ("sprintf", "snprintf", "asprintf", "vsprintf", "vsnprintf", "vasprintf")
    for name in (stem, f"__{stem}_chk")
) | {"wsprintfA", "wvsprintfA", "_snprintf", "_vsnprintf"}
"""Functions that build text by a format; their names may be among the slots of the program for this alone."""
COMMANDS = frozenset(
    (
        "system",
        "popen",
        "execl",
        "execlp",
        "execle",
        "execv",
        "execvp",
        "execve",
        "execvpe",
        "wordexp",
        "_popen",
        "WinExec",
    )
)
SCANNERS = ("scanf", "fscanf", "sscanf", "vscanf", "vfscanf", "vsscanf")
# A text, or a set of characters, of any length.
FORMATS = re.compile(r"%[-+ #0]*(?:l|h)?s")
SCANS = re.compile(r"%(?:l|h)?(?:s|\[)")
LONGEST_TEXT = 120
ARGUMENTS, NEARBY = 64, 1024
"""How many bytes of code in front of a call its arguments are made in, and how many a command is put together in."""
MOST_SITES = 32
# What stands around calls is looked for at so many of them; the others are only counted.
MOST_DESCRIBED, MOST_DESCRIBED_OF_ONE, MOST_TRIED = 50_000, 10_000, 16


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """A call. `caller` is the name of the function that it is in; `confidence` that this is run, 0 when unknown.

    `format` is the format string that makes it telling: its own, or that of the text which is run as a command.
    """

    address: int
    offset: int
    caller: str
    confidence: float
    format: str = ""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """`calls` counts all calls of a function; `sites` are the most telling of them, MOST_SITES at most."""

    calls: int
    sites: tuple[Site, ...]


def find(data: Data, program: Program, wanted: Collection[str]) -> tuple[Mapping[str, Found], bool] | None:
    """(what is found of each function of `wanted`, whether all code was read); None where code is not understood.

    `wanted` are names that the slots of the program have.
    """
    calls = sites.find(data, program)
    if calls is None:
        return None
    seen = _Surroundings(data, program, calls)
    return {name: seen.describe(name) for name in wanted}, calls.whole


def _plain(symbol: str) -> str:
    """The name in C: Mach-O has an underscore in front."""
    for name in (symbol, symbol.removeprefix("_")):
        if name in FORMATTERS or name in COMMANDS or name in SCANNERS:
            return name
    return symbol.removeprefix("__isoc99_").removeprefix("__isoc23_")


class _Surroundings:
    """What stands around calls."""

    def __init__(self, data: Data, program: Program, calls: Calls) -> None:
        self._data, self._program, self._calls = data, program, calls
        self._graph = Graph(program, calls)
        formatting = [at for name, at in calls.sites.items() if _plain(name) in FORMATTERS]
        self._called = calls.edges.at[calls.edges.calls]
        self._left = MOST_DESCRIBED
        self._formatting = np.sort(np.concatenate(formatting)) if formatting else np.empty(0, np.int64)

    def describe(self, name: str) -> Found:
        """All calls of one function."""
        at = self._calls.sites.get(name, np.empty(0, np.int64))
        told = at[: min(self._left, MOST_DESCRIBED_OF_ONE)]
        self._left -= len(told)
        numbers = self._graph.function_of(told).tolist()
        found = [self._site(name, address, number) for address, number in zip(told.tolist(), numbers, strict=True)]
        found.sort(key=lambda site: (not site.format, -site.confidence, site.address))
        return Found(calls=len(at), sites=tuple(found[:MOST_SITES]))

    def _site(self, name: str, address: int, number: int) -> Site:
        return Site(
            address=address,
            offset=self._program.offset(address),
            caller=self._graph.name(number),
            confidence=self._graph.confidence(number),
            format=self._format(name, address, number),
        )

    def _format(self, symbol: str, address: int, number: int) -> str:
        name = _plain(symbol)
        start = max(self._graph.start(number), 0)
        if name in FORMATTERS:
            return self._text(FORMATS, start, address)
        if name in SCANNERS:
            return self._text(SCANS, start, address)
        if name not in COMMANDS:
            return ""
        begin = max(start, address - NEARBY)
        low, high = np.searchsorted(self._formatting, (begin, address))
        for place in reversed(self._formatting[max(low, high - MOST_TRIED) : high].tolist()):
            if text := self._text(FORMATS, start, place):
                return text
        return ""

    def _text(self, pattern: re.Pattern[str], start: int, call: int) -> str:
        """The format that a call is given, when it has such a conversion.

        It is the last one that the code refers to between the call before and this one, or behind it, where the
        processor carries that instruction out before the call.
        """
        references = self._calls.references
        before = int(np.searchsorted(self._called, call)) - 1
        begin = max(start, call - ARGUMENTS, int(self._called[before]) if before >= 0 else 0)
        end = call + 8 if self._program.machine == "mips" else call
        low, high = np.searchsorted(references.at, (begin, end))
        for to in reversed(references.to[low:high].tolist()):
            if text := self._string(to):
                return text if pattern.search(text.replace("%%", "")) else ""
        return ""

    def _string(self, address: int) -> str:
        offset = self._program.offset(address)
        raw = bytes(self._data[offset : offset + LONGEST_TEXT + 1]) if offset >= 0 else b""
        text, end, _ = raw.partition(b"\0")
        if not end or b"%" not in text:
            return ""
        try:
            shown = text.decode("ascii")
        except UnicodeDecodeError:
            return ""
        return shown if all(character.isprintable() or character in "\t\n\r" for character in shown) else ""
