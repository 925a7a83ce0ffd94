"""Configurations of the Linux kernel, as they lie in /boot and in kernels themselves."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.compilers import compiler_in
from pellucid.analyzers.linux import kernel

TITLE, OLD_TITLE, COMPILER = b" Kernel Configuration", b"# Linux kernel version: ", b"CONFIG_CC_VERSION_TEXT="
HEAD = re.compile(rb"^# Linux/\S{1,20} (?P<release>\d[\w.+-]{1,60}) Kernel Configuration\r?$", re.M)
OLD_HEAD = re.compile(rb"^# Linux kernel version: (?P<release>\d[\w.+-]{1,60})\r?$", re.M)
HEADER = 512


@analyzer(
    name="kernel_configs", version=1, stage=Stage.COMPONENTS, wants=contains(TITLE, OLD_TITLE, COMPILER) & kind("text")
)
def kernel_configs(artefact: Artefact) -> Iterator[Fact]:
    """Tell the kernel's version from the head of its configuration, and the compiler that it was built with."""
    head = artefact.window(0, HEADER)
    found = HEAD.search(head) or OLD_HEAD.search(head)
    if found is None:
        return
    yield kernel(found["release"].decode("ascii"), 0.85, artefact.evidence(found.start(), found[0]))
    for offset in artefact.offsets(COMPILER)[:1]:
        line = artefact.window(offset, 300).partition(b"\n")[0]
        if compiler := compiler_in(artefact, offset, line):
            yield compiler
