"""Modules and toolchain of Go programs, from the build information in ELF, PE and Mach-O files."""

import re
from collections.abc import Iterator
from dataclasses import replace

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.built_packages import GO
from pellucid.analyzers.language_package import is_sound, language_package
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.errors import Malformed
from pellucid.formats import go_build_info as build_info
from pellucid.formats import macho
from pellucid.formats.purl import package_url

MOST_PLACES = 16
TOOLCHAIN = re.compile(r"go(\d+\.\d+(?:\.\d+)?(?:(?:rc|beta)\d+)?)(?:[ +-]|$)")
SHOWN = ("vcs.revision", "vcs.time", "vcs.modified", "CGO_ENABLED", "-ldflags", "-tags", "GOEXPERIMENT", "GOFIPS140")
# A variable of the program that the linker was told to set, as in: -X main.version=1.2.3
SET_BY_LINKER = re.compile(
    r"-X[ =]['\"]?(?P<package>[\w./~-]{1,200})\.(?P<variable>\w{1,64})=v?"
    r"(?P<version>\d+(?:\.\d+){1,3}(?:[-+~.]\w[\w.~+-]*)?)(?=['\"\s]|$)"
)
VERSION_VARIABLES = frozenset(
    ("version", "appversion", "buildversion", "gitversion", "releaseversion", "versionstring")
)


@analyzer(
    name="go_build_info",
    version=1,
    stage=Stage.COMPONENTS,
    wants=contains(build_info.MAGIC) & kind("elf", "pe", "macho", "java-class"),
)
def go_build_info(artefact: Artefact) -> Iterator[Fact]:
    """List what a Go program was built from: its own module, those linked in, and the version of Go with its library.

    Modules that others were put in the place of are named by what is really there; one replaced by a folder has no
    version. A main module without a version (devel) takes the one that the linker was told to write into the program.
    """
    programs = macho.starts(artefact.data) or [0]
    seen = set[tuple[str, str]]()
    for at in artefact.offsets(build_info.MAGIC)[:MOST_PLACES]:
        program = max((start for start in programs if start <= at), default=0)
        try:
            info = build_info.read(artefact.data, at, program)
        except Malformed:
            # The magic also stands in programs that read build information.
            continue
        for dependency in _dependencies(artefact, info):
            sound = is_sound(dependency.product, dependency.version)
            if sound and dependency.identity[1:3] not in seen:
                seen.add(dependency.identity[1:3])
                yield dependency


def _dependencies(artefact: Artefact, info: build_info.BuildInfo) -> Iterator[Dependency]:
    yield _toolchain(artefact, info)
    if info.main:
        yield _program(artefact, info, info.main)
    else:
        yield from _unnamed(artefact, info)
    for module in info.modules:
        if module.path:
            yield _linked(artefact, module)


def _toolchain(artefact: Artefact, info: build_info.BuildInfo) -> Dependency:
    found = TOOLCHAIN.match(info.go)
    version = found[1] if found else ""
    return Dependency(
        vendor="golang",
        product="go",
        version=version,
        purl=package_url("golang", "stdlib", version),
        cpe=f"cpe:2.3:a:golang:go:{version or '*'}:*:*:*:*:*:*:*",
        licence="BSD-3-Clause",
        linkage=Linkage.EMBEDDED,
        ecosystem="Go",
        source_name="stdlib",
        witness=Witness.METADATA,
        confidence=1.0,
        evidence=(artefact.evidence(info.go_at, info.go),),
    )


def _program(artefact: Artefact, info: build_info.BuildInfo, module: build_info.Module) -> Dependency:
    """The program itself, with the settings of its build as evidence."""
    stated = "" if module.version == "(devel)" else module.version
    found = language_package(
        artefact,
        GO,
        module.path,
        stated or _set_by_linker(info),
        offset=module.at,
        seen=" ".join(module.line.split()),
        witness=Witness.METADATA,
        confidence=1.0 if stated else 0.8,
        linkage=Linkage.DIRECT,
    )
    settings = [
        artefact.evidence(info.text_at, f"{name}={' '.join(info.settings[name].split())}")
        for name in SHOWN
        if info.settings.get(name)
    ]
    return replace(found, evidence=(*found.evidence, *settings))


def _unnamed(artefact: Artefact, info: build_info.BuildInfo) -> Iterator[Dependency]:
    """The program by the path of its package, as it is when it was built without modules."""
    path = info.path.partition("/cmd/")[0]
    if "." in path.partition("/")[0]:
        module = build_info.Module(path=path, version="", line=f"path {info.path}", at=info.text_at)
        yield _program(artefact, info, module)


def _linked(artefact: Artefact, module: build_info.Module) -> Dependency:
    local = module.path.startswith((".", "/")) or module.path[1:3] in (":\\", ":/")
    return language_package(
        artefact,
        GO,
        module.original if local else module.path,
        "" if local or module.version == "(devel)" else module.version,
        offset=module.at,
        seen=" ".join(module.line.split()),
        witness=Witness.METADATA,
        confidence=0.7 if local else 1.0,
        linkage=Linkage.EMBEDDED,
    )


def _set_by_linker(info: build_info.BuildInfo) -> str:
    own = info.main.path if info.main else info.path.partition("/cmd/")[0]
    for found in SET_BY_LINKER.finditer(info.settings.get("-ldflags", "")[:8192]):
        package = found["package"]
        if found["variable"].lower() in VERSION_VARIABLES and (package == "main" or package.startswith(own)):
            return "v" + found["version"]
    return ""
