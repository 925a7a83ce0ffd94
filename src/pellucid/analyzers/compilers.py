"""Compilers as dependencies of what they built, from the lines in which they name themselves."""

import re

from pellucid.analysis.artefact import Artefact
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.formats import cpe
from pellucid.formats.purl import package_url

# "GCC: (Debian 12.2.0-14) 12.2.0", "arm-linux-gnueabi-gcc-12 (Debian 12.2.0-14) 12.2.0", "Debian clang version 14.0.6".
GCC = re.compile(
    rb"(?:GCC: |gcc(?:-[\d.]{1,8})?(?:\.exe)? )\([^\0\n]{1,200}\) "
    rb"(?P<version>\d{1,2}\.\d{1,2}(?:\.\d{1,2})?)(?=[\s\0\"]|$)"
)
CLANG = re.compile(rb"clang version (?P<version>\d{1,2}\.\d{1,2}\.\d{1,2})(?=[\s\0\"+-]|$)")


def compiler_in(artefact: Artefact, offset: int, line: bytes) -> Dependency | None:
    """The compiler that names itself in `line`, which stands at `offset`."""
    for vendor, product, pattern in (("gnu", "gcc", GCC), ("llvm", "clang", CLANG)):
        if found := pattern.search(line):
            version = found["version"].decode("ascii")
            return Dependency(
                vendor=vendor,
                product=product,
                version=version,
                purl=package_url("generic", product, version),
                cpe=cpe.name(f"a:{vendor}:{product}", version),
                linkage=Linkage.BUILD,
                witness=Witness.METADATA,
                confidence=0.9,
                evidence=(artefact.evidence(offset, line),),
            )
    return None
