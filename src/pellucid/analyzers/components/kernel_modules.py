"""Modules of the Linux kernel: the kernel they were built for, and those that come from elsewhere."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.language_package import is_sound
from pellucid.analyzers.linux import kernel
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.errors import Malformed
from pellucid.formats import kernel_release, module_info
from pellucid.formats.module_info import ModuleInfo
from pellucid.formats.purl import package_url

NAME = "kernel_modules"
ANCHOR = b"vermagic="
SHOWN = ("name", "version", "srcversion", "license", "intree")
# Since 3.4 the modules of the kernel's own tree say that they are.
MARKED_SINCE = (3, 4)
LICENCES = {
    "GPL": "GPL-2.0-only",
    "GPL v2": "GPL-2.0-only",
    "GPL and additional rights": "GPL-2.0-only",
    "Dual MIT/GPL": "MIT OR GPL-2.0-only",
}


@analyzer(name=NAME, version=1, stage=Stage.COMPONENTS, wants=contains(ANCHOR) & kind("elf"))
def kernel_modules(artefact: Artefact) -> Iterator[Fact]:
    """Tell which kernel a module was built for, and name a module with a version that is not of the kernel's own tree.

    Distributions freeze the release that modules are built for (6.1.0-50-marvell): it gives a range, not a version.
    """
    try:
        info = module_info.read(artefact.data)
    except Malformed as error:
        yield Problem(unit=NAME, kind=ProblemKind.MALFORMED, message=error.message)
        return
    release = info.release
    found = kernel_release.RELEASE.match(release)
    if found is None:
        return
    seen = " ".join(f"{name}={info[name]}" for name in SHOWN if info[name])
    place = artefact.evidence(info.offsets["vermagic"], f"vermagic={info['vermagic']} {seen}")
    yield kernel(release, 0.8, place)
    number = (int(found["major"]), int(found["minor"]))
    if info["intree"] != "Y" and number >= MARKED_SINCE and info["name"] and info["version"]:
        yield from _foreign(artefact, info)


def _foreign(artefact: Artefact, info: ModuleInfo) -> Iterator[Dependency]:
    name, version = info["name"], info["version"].strip()
    if not is_sound(name, version) or not version:
        return
    yield Dependency(
        vendor="",
        product=name,
        version=version,
        purl=package_url("generic", name, version),
        licence=LICENCES.get(info["license"], ""),
        linkage=Linkage.DIRECT,
        witness=Witness.METADATA,
        confidence=0.7,
        evidence=(artefact.evidence(info.offsets["version"], f"name={name} version={version}"),),
        requires=info.needs,
    )
