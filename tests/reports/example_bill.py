"""Bills for the tests of reports: a small one with everything that a bill can say, and large ones."""

from datetime import UTC, datetime

from pellucid.domain.bill import Bill, BillComponent, Coverage, Subject
from pellucid.domain.component import Component, ComponentKind, Reachability
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.domain.evidence import Evidence
from pellucid.domain.link import Link, LinkKind
from pellucid.domain.problem import ProblemKind

CREATED = datetime(2026, 3, 4, 5, 6, 7, 890_000, tzinfo=UTC)
ROOT = "router.bin!0x40.squashfs!"
STATUS = f"{ROOT}var/lib/dpkg/status"
LIBRARY, PROGRAM, SCRIPT = f"{ROOT}usr/lib/libz.so.1", f"{ROOT}usr/bin/röuter", f"{ROOT}etc/init.d/S10 <router>"
# Characters that XML, tables, spreadsheets or references could trip over; a lone surrogate is a byte that is no UTF-8.
HOSTILE = "a&b<c>\"d'|e`f]]>\x00\x1b\n\t\u2028\ud800\udcff\ufffe,\U0001f986"

ZLIB = Dependency(
    vendor="zlib",
    product="zlib1g",
    version="1:1.2.13.dfsg-1",
    purl="pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?arch=armhf&distro=debian-12",
    confidence=1.0,
    evidence=(Evidence(artefact=STATUS, offset=4711, length=12, seen="Package: zlib1g"),),
    cpe="cpe:2.3:a:zlib:zlib:1.2.13:*:*:*:*:*:*:*",
    cpe_candidates=("cpe:2.3:a:gnu:zlib:1.2.13:*:*:*:*:*:*:*",),
    licence="zlib",
    linkage=Linkage.DIRECT,
    ecosystem="Debian:12",
    source_name="zlib",
    source_version="1:1.2.13.dfsg-1",
    epoch="1",
    release="1",
    distro="debian-12",
    aliases=("zlib",),
    requires=("libc6", "not-installed"),
    places=(LIBRARY, f"{ROOT}usr/share/doc/zlib1g/copyright"),
)
LIBC = Dependency(
    vendor="debian",
    product="libc6",
    version="2.36-9",
    purl="pkg:deb/debian/libc6@2.36-9?arch=armhf",
    confidence=1.0,
    evidence=(Evidence(artefact=STATUS, offset=9, seen="Package: libc6"),),
    licence="LGPL-2.1-or-later and (GPL-2.0-only with classpath-exception-2.0)",
    ecosystem="Debian:12",
    places=(STATUS,),
)
OPENSSL = Dependency(
    vendor="openssl",
    product="openssl",
    version="",
    purl="pkg:generic/openssl",
    confidence=0.75,
    evidence=(
        Evidence(artefact=PROGRAM, offset=99, length=7, seen="OpenSSL"),
        Evidence(artefact=PROGRAM, offset=12, length=7, seen="SSLv3"),
    ),
    licence="Apache 2, or so (see COPYING)",
    linkage=Linkage.EMBEDDED,
    witness=Witness.CONSTANTS,
    version_range="vers:generic/>=1.1.0|<3.0.0",
    places=(PROGRAM,),
)
KERNEL = Dependency(
    vendor="linux",
    product="linux_kernel",
    version="6.1.176",
    purl="pkg:generic/linux_kernel@6.1.176",
    confidence=0.9,
    evidence=(Evidence(artefact="router.bin!0x0.uimage!kernel", offset=0, seen="Linux version 6.1.176"),),
    cpe="cpe:2.3:o:linux:linux_kernel:6.1.176:*:*:*:*:*:*:*",
    licence="GPL-2.0-only WITH Linux-syscall-note AND LicenseRef-firmware",
    witness=Witness.VERSION_STRING,
)
HARD = Dependency(
    vendor=f"{HOSTILE} (Ltd.)",
    product=f"=cmd{HOSTILE}",
    version="9" * 1500,
    purl="pkg:generic/not a url",
    confidence=0.05,
    evidence=(Evidence(artefact=f"{ROOT}{HOSTILE}", offset=3, seen=HOSTILE),),
    cpe="cpe:2.3:a:almost",
    licence=HOSTILE,
    witness=Witness.FILE_NAME,
    requires=(HOSTILE,),
)


def component(path: str, kind: ComponentKind, **more: object) -> BillComponent:
    """A component at this path, whose content is told from others by its path."""
    values: dict[str, object] = {"format": "elf", "architecture": "arm", "bits": 32} | more
    evidence = Evidence(artefact=path, offset=0, seen="ELF")
    item = Component(kind=kind, evidence=evidence, **values)  # type: ignore[arg-type]  # any field of a component
    return BillComponent(component=item, sha256=f"{abs(hash_of(path)):064x}", size=len(path))


def hash_of(text: str) -> int:
    """A number that is the same in every run, which Python's own hashes are not."""
    return int.from_bytes(text.encode("utf-8", "surrogatepass"), "big") % (1 << 255)


BILL = Bill(
    product="Röuter <9000>",
    supplier="ACME (Tools) & Sons",
    author="ACME Product Security",
    image_name="router",
    image_version="1.0.2",
    file_name="router.bin",
    file_size=12_845_056,
    file_sha256="ab" * 32,
    created=CREATED,
    tool_version="0.1.0",
    subject=Subject.FIRMWARE,
    dependencies=(ZLIB, LIBC, OPENSSL, KERNEL, HARD),
    components=(
        component(LIBRARY, ComponentKind.LIBRARY, name="libz.so.1", runpath=("$ORIGIN",)),
        component(PROGRAM, ComponentKind.EXECUTABLE, needed=("libz.so.1",), reachability=Reachability.ENTRY_POINT),
        component(SCRIPT, ComponentKind.SCRIPT, format="text", bits=0, architecture="", interpreter="/bin/sh"),
        component(f"{ROOT}{HOSTILE}", ComponentKind.MODULE, rpath=(HOSTILE,)),
    ),
    links=(
        Link(source=PROGRAM, target=LIBRARY, kind=LinkKind.LOADS),
        Link(source=SCRIPT, target=PROGRAM, kind=LinkKind.CALLS),
        Link(source=SCRIPT, target=f"{ROOT}bin/sh", kind=LinkKind.RUNS_IN),
    ),
    coverage=Coverage(artefacts=564, unread=2, problems={("squashfs", ProblemKind.MALFORMED): 3}),
)


def large_bill(dependencies: int, links: int) -> Bill:
    """As many components as dependencies, each the library of one package."""
    packages = tuple(
        Dependency(
            vendor=f"vendor{number % 50}",
            product=f"lib{number}",
            version=f"1.{number}",
            purl=f"pkg:deb/debian/lib{number}@1.{number}?arch=armhf",
            confidence=0.9,
            evidence=(Evidence(artefact=STATUS, offset=number * 10, seen=f"Package: lib{number}"),),
            licence=("MIT", "GPL-2.0-only OR MIT", "as it was", "")[number % 4],
            ecosystem="Debian:12",
            requires=(f"lib{(number + 1) % dependencies}",),
            places=(_library(number),),
        )
        for number in range(dependencies)
    )
    return Bill(
        image_name="large",
        file_name="router.bin",
        file_size=1,
        file_sha256="cd" * 32,
        created=CREATED,
        tool_version="0.1.0",
        dependencies=packages,
        components=tuple(component(_library(number), ComponentKind.LIBRARY) for number in range(dependencies)),
        links=tuple(
            Link(
                source=_library(number % dependencies),
                target=_library((number % dependencies + number // dependencies + 1) % dependencies),
                kind=LinkKind.LOADS,
            )
            for number in range(links)
        ),
        coverage=Coverage(artefacts=dependencies),
    )


def _library(number: int) -> str:
    return f"{ROOT}usr/lib/lib{number}.so"
