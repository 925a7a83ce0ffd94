"""Configurations of the Linux kernel, as they lie in /boot and in kernels themselves."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.compilers import compiler_in
from pellucid.analyzers.linux import kernel
from pellucid.domain.observation import Observation, ObservationKind
from pellucid.formats import kernel_parts

TITLE, OLD_TITLE, COMPILER = b" Kernel Configuration", b"# Linux kernel version: ", b"CONFIG_CC_VERSION_TEXT="
HEAD = re.compile(rb"^# Linux/\S{1,20} (?P<release>\d[\w.+-]{1,60}) Kernel Configuration\r?$", re.M)
OLD_HEAD = re.compile(rb"^# Linux kernel version: (?P<release>\d[\w.+-]{1,60})\r?$", re.M)
HEADER = 512


@analyzer(
    name="kernel_configs",
    version=3,
    stage=Stage.COMPONENTS,
    wants=contains(TITLE, OLD_TITLE, COMPILER) & kind("text"),
    data=kernel_parts.revision,
)
def kernel_configs(artefact: Artefact) -> Iterator[Fact]:
    """Tell the kernel's version from the head of its configuration, the compiler, and which parts were built."""
    head = artefact.window(0, HEADER)
    found = HEAD.search(head) or OLD_HEAD.search(head)
    if found is None:
        return
    release, place = found["release"].decode("ascii"), artefact.evidence(found.start(), found[0])
    yield kernel(release, 0.85, place)
    if options := kernel_parts.options(artefact.window(0, kernel_parts.MOST_BYTES + 1), release):
        note = " ".join(f"{name}={value}" for name, value in options.items())
        yield Observation(kind=ObservationKind.KERNEL_OPTIONS, name=release, note=note, evidence=place)
    for offset in artefact.offsets(COMPILER)[:1]:
        line = artefact.window(offset, 300).partition(b"\n")[0]
        if compiler := compiler_in(artefact, offset, line):
            yield compiler
