"""Kernels of Linux that are not compressed, by the line with which they greet (Linux, init/version.c)."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.domain.observation import Observation, ObservationKind

ANCHOR = b"Linux version "
BANNER = re.compile(rb"Linux version (?P<release>\d{1,2}\.\d{1,3}[^ \0\n]{0,60}) \([^)\0\n]{1,200}\)[^\0\n]{0,300}")
LONGEST = 600
MOST = 8


@analyzer(
    name="kernel_images",
    version=1,
    stage=Stage.COMPONENTS,
    wants=contains(ANCHOR) & kind("elf", "data", "linux-arm64-image"),
    most_facts=MOST,
)
def kernel_images(artefact: Artefact) -> Iterator[Fact]:
    """Tell the release of a kernel: what is known of how another one was built says nothing of it."""
    told: set[bytes] = set()
    for offset in artefact.offsets(ANCHOR):
        found = BANNER.match(artefact.window(offset, LONGEST))
        if found is None or found["release"] in told or len(told) >= MOST:
            continue
        told.add(found["release"])
        release = found["release"].decode("utf-8", "replace")
        yield Observation(kind=ObservationKind.KERNEL, name=release, evidence=artefact.evidence(offset, found[0]))
