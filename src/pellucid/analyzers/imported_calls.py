"""Calls of imported functions in programs. What reads them takes time to load: it is loaded when there is need."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import msgspec

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.parsed import elf_of
from pellucid.analyzers.windows import pe_of
from pellucid.domain.evidence import Evidence

if TYPE_CHECKING:
    from pellucid.formats.calls.unsafe_calls import Found, Site


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """`calls` is None where they cannot be told."""

    calls: int | None = None
    sites: tuple[Evidence, ...] = ()


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """Calls by the symbol that is called, and whether all code was read."""

    by_symbol: Mapping[str, Imported]
    whole: bool = True


def calls_in_elf(artefact: Artefact, symbols: Collection[str]) -> Read:
    """Calls of these imported symbols; nothing for machines whose code is not read. Raises Malformed."""
    from pellucid.formats.calls import elf_program, unsafe_calls  # noqa: PLC0415  # numpy, when there is need of it

    if elf_of(artefact).is_module:
        return Read(by_symbol={})
    named = {symbol: symbol for symbol in (*symbols, *unsafe_calls.FORMATTERS)}
    return _read(unsafe_calls.find(artefact.data, elf_program.read(artefact.data, named), symbols))


def calls_in_pe(artefact: Artefact, symbols: Collection[str]) -> Read:
    """The same of a PE image. Raises Malformed."""
    from pellucid.formats.calls import pe_program, unsafe_calls  # noqa: PLC0415  # numpy, when there is need of it

    program = pe_program.read(artefact.data, pe_of(artefact), {*symbols, *unsafe_calls.FORMATTERS})
    return _read(unsafe_calls.find(artefact.data, program, symbols))


def calls_in_macho(artefact: Artefact, start: int, symbols: Collection[str]) -> Read:
    """The same of the Mach-O program at `start`, one of several in a universal file. Raises Malformed."""
    from pellucid.formats.calls import macho_program, unsafe_calls  # noqa: PLC0415  # numpy, when there is need of it

    program = macho_program.read(artefact.data, start, {*symbols, *(f"_{name}" for name in unsafe_calls.FORMATTERS)})
    return _read(unsafe_calls.find(artefact.data, program, symbols))


def _read(found: "tuple[Mapping[str, Found], bool] | None") -> Read:
    if found is None:
        return Read(by_symbol={})
    by_symbol, whole = found
    return Read(by_symbol={symbol: _imported(symbol, item) for symbol, item in by_symbol.items()}, whole=whole)


def _imported(symbol: str, found: "Found") -> Imported:
    return Imported(calls=found.calls, sites=tuple(_evidence(symbol, site) for site in found.sites))


def _evidence(symbol: str, site: "Site") -> Evidence:
    said = [("address", f"0x{site.address:x}"), ("caller", site.caller)]
    said.append(("reachability", f"{site.confidence:.1f}" if site.confidence else ""))
    said.append(("formatString", ascii(site.format)[1:-1]))
    return Evidence(
        offset=max(site.offset, 0),
        seen=f"{symbol} is called" + (f" in {site.caller}" if site.caller else ""),
        attributes=tuple((name, text) for name, text in said if text),
    )
