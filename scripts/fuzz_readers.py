"""What is fuzzed: every extractor, and every reader of formats/ that no extractor stands before."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path

from scripts import fuzz_keys, fuzz_manifests
from scripts.fuzz_analyzers import analyzers

from pellucid.analysis import pack
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Extractor
from pellucid.analysis.limits import Limits
from pellucid.analysis.output import Output
from pellucid.errors import BudgetExceeded, Malformed
from pellucid.extractors import declared
from pellucid.formats import (
    adb,
    der,
    elf,
    elf_layout,
    elf_properties,
    elf_segments,
    identify,
    module_signature,
    owned_paths,
    package_database,
    package_needs,
    packing_list,
    pem,
    percent_sections,
    portage,
    purl,
    rpm_database,
    rpm_manifest,
    slackware,
    system_release,
    version_order,
    version_ranges,
)
from pellucid.pipeline import carving

TIGHT = Limits(bytes=4 << 20, files=2000, ratio_floor=4 << 20)
MOST = 1000
MOST_PLACES = 20_000
# Not those of the index: every module is imported now, while imports are instrumented.
EXTRACTORS = [unit for _, _, unit in declared()]
RECOGNISER = carving.recogniser(EXTRACTORS)

PEM = (
    b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n" + b"QUJD" * 16 + b"\n-----END RSA PRIVATE KEY-----\n"
)
DER = bytes.fromhex("301a020101300d06092a864886f70d01010105000406300402010103")
DPKG = b"Package: a\nStatus: install ok installed\nArchitecture: x\nVersion: 1:2-3\nSource: b (1)\n\nPackage: c\n"
APK = b"P:musl\nV:1.2.3-r4\nA:x86_64\n\nP:b\nV:1_rc1\n"
LISTS = b"""/a
00000000000000000000000000000000  a
%NAME%
a

declare -x PN="a"
obj /a 00000000000000000000000000000000 1
sym /a -> b 1
@name a-1
@cwd /a
@pkgdep b>=1
PACKAGE NAME: a-1-b-2
FILE LIST:
a\t1-2\t1\t1\tb\t(none)\t1\tc\t0\td-1-2.src.rpm
a (>= 1), b:any | c
"""
VERSIONS = b"1.0.2za\n1.0.2zb\n2.0~rc1-1\n1:3.0+b1\n1.2_alpha3-r1\nv1.37.0.git\n0\n"


@dataclass(frozen=True)
class Target:
    """One reader: `read` may raise Malformed and BudgetExceeded only. `literal`: what its format begins with."""

    name: str
    seed: bytes
    read: Callable[[bytes], None]
    literal: bytes = b"\n"
    extractor: Extractor | None = None

    def carve(self, data: bytes) -> None:
        """Look for chunks of the format at every place where it could begin, as among unknown bytes."""
        unit = self.extractor
        if unit is None or not unit.carve:
            return
        starts: set[int] = set()
        for signature in unit.signatures:
            places = re.finditer(re.escape(signature.literal), data)
            starts.update(place.start() - signature.at for place in islice(places, MOST_PLACES))
        end = 0
        for start in sorted(starts)[:MOST_PLACES]:
            if start >= end:
                with suppress(Malformed):
                    end = start + max(unit.measure(data, start), 0)


def targets(seeds: Mapping[str, bytes], folder: Path) -> list[Target]:
    """All of them; `seeds` has one valid input for each extractor, by name. What comes out goes through `folder`."""
    found = [
        Target(unit.name, seeds[unit.name], _unpacking(unit, folder), unit.signatures[0].literal, unit)
        for unit in EXTRACTORS
    ]
    return [
        *found,
        *(Target(*analyzer) for analyzer in analyzers()),
        *(Target(*reader) for reader in fuzz_keys.readers()),
        Target("formats.adb", seeds["apk-v3"], _read_adb, b"ADBd"),
        Target("formats.der", DER, _read_der),
        Target("formats.elf", seeds["elf"], _read_elf, elf.MAGIC),
        Target("formats.elf_layout", seeds["elf"], _read_layout, elf.MAGIC),
        Target("formats.identify", seeds["zip"], _identify),
        Target("formats.manifests", fuzz_manifests.SEED, fuzz_manifests.read),
        Target("formats.package_database", DPKG + APK, _read_packages),
        Target("formats.package_lists", LISTS, _read_lists, b"obj /a "),
        Target("formats.pem", PEM, _read_pem, b"-----BEGIN A-----"),
        Target("formats.purl", VERSIONS, _write_purl),
        Target("formats.rpm_database.ndb", seeds["rpm-ndb"], _read_rpm_database, b"RpmP"),
        Target("formats.rpm_database.sqlite", seeds["rpm-sqlite"], _read_rpm_database, b"SQLite format 3\0"),
        Target("formats.rpm_database.bdb", seeds["rpm-bdb"], _read_rpm_database, b"\x61\x15\x06\0"),
        Target("formats.versions", VERSIONS, _compare_versions),
    ]


def _unpacking(unit: Extractor, folder: Path) -> Callable[[bytes], None]:
    written = folder / pack.NAME

    def read(data: bytes) -> None:
        try:
            length = unit.measure(data, 0)
        except Malformed:
            length = 0
        assert length >= 0, f"measured {length}"
        output = Output(folder, unit=unit.name, source_size=len(data), limits=TIGHT)
        try:
            unit.run(Artefact(data=data, kind=unit.name), output)
        except (Malformed, BudgetExceeded):
            pass
        finally:
            output.close()
            size = written.stat().st_size if written.exists() else 0
            written.unlink(missing_ok=True)
        _check(output, data, size)

    return read


def _check(output: Output, data: bytes, size: int) -> None:
    """What comes out lies where it is said to lie, under a name that leads nowhere else."""
    for entry in output.entries:
        assert not {"", ".", ".."} & set(entry.name.split("/")), entry.name
        assert entry.stored < 0 or entry.stored + entry.size <= (len(data) if entry.inside else size), entry
    end = output.ended_at
    assert end is None or 0 <= end <= len(data), f"ended at {end}"


def _read_der(data: bytes) -> None:
    pending = [der.element(data, 0)]
    for _ in range(MOST):
        if not pending:
            return
        element = pending.pop()
        list(der.enclosing(data, element.content))
        if element.tag & 0x20:
            pending += der.children(data, element)


def _read_elf(data: bytes) -> None:
    elf.read(data)
    loading = elf_segments.read(data)
    for tag in elf_segments.Tag:
        at, text = loading.text(data, tag)
        assert at < 0 or data[at : at + len(text)] == text
    elf_properties.read(data)


def _read_layout(data: bytes) -> None:
    elf_layout.module_signature(data)
    with suppress(Malformed):
        module_signature.read(data)
    assert elf_layout.read(data).end >= 0


def _identify(data: bytes) -> None:
    identify.identify_leaf(data)
    identify.looks_random(data)
    carving.identify(data, RECOGNISER, [])


def _read_packages(data: bytes) -> None:
    for reader in (package_database.deb822, package_database.apk):
        for paragraph in reader(data):
            package_database.source_of(paragraph)
    package_database.assignments(data)
    for system in ("dpkg", "opkg"):
        list(package_database.installed(data, system))


def _read_lists(data: bytes) -> None:
    for reader in (owned_paths.listed, owned_paths.summed, portage.contents, slackware.files, rpm_manifest.packages):
        assert sum(1 for _ in reader(data)) <= len(data)
    for fields in (percent_sections.sections, portage.variables, system_release.assignments):
        assert len(fields(data)) <= len(data)
    slackware.full_name(data)
    packing_list.read(data)
    text = data.decode("utf-8", "replace")
    package_needs.resolved(package_needs.clauses(text), package_needs.providers([(text, [text])]))
    package_needs.capabilities(text)


def _read_adb(data: bytes) -> None:
    adb.package(data)


def _read_rpm_database(data: bytes) -> None:
    for blob in rpm_database.stored(data):
        if found := rpm_database.package(blob):
            rpm_database.source_of(found[0])
            assert sum(1 for _ in rpm_database.paths(found[1])) <= len(data)


def _read_pem(data: bytes) -> None:
    for begin in islice(pem.BEGIN.finditer(data), MOST):
        try:
            pem.read(data, begin.start())
        except Malformed:
            continue


def _write_purl(data: bytes) -> None:
    name, _, version = data.decode("utf-8", "replace").partition("\n")
    text = purl.package_url("deb/debian", name, version, {"arch": version, "distro": name})
    assert text.isascii()
    assert "\n" not in text


def _compare_versions(data: bytes) -> None:
    versions = data.decode("utf-8", "replace").split("\n")[:MOST]
    for name in ("Debian", "Alpine", "SUSE", ""):
        order = version_order.comparator(name)
        for left, right in pairwise(versions):
            forth, back = order(left, right), order(right, left)
            assert (forth > 0, forth < 0) == (back < 0, back > 0), (name, left, right)
        kinds = ("introduced", "fixed", "last_affected")
        version_ranges.ranges_of([{kinds[at % 3]: text} for at, text in enumerate(versions)], order)
