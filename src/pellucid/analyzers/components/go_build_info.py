"""Modules and toolchain of Go programs, from the build information in ELF, PE and Mach-O files."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.domain.evidence import Evidence
from pellucid.errors import Malformed
from pellucid.formats import go_build_info as build_info
from pellucid.formats import macho
from pellucid.formats.purl import go_module_url, package_url

MOST_PLACES = 16
TOOLCHAIN = re.compile(r"go(\d+\.\d+(?:\.\d+)?(?:(?:rc|beta)\d+)?)(?:[ +-]|$)")
SHOWN = ("vcs.revision", "vcs.time", "vcs.modified", "CGO_ENABLED", "-ldflags", "-tags", "GOEXPERIMENT", "GOFIPS140")
# A variable of the program that the linker was told to set, as in: -X main.version=1.2.3
SET_BY_LINKER = re.compile(
    r"-X[ =]['\"]?(?P<package>[\w./~-]+)\.(?P<variable>\w+)=v?"
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
            if dependency.identity[1:3] not in seen:
                seen.add(dependency.identity[1:3])
                yield dependency


def _dependencies(artefact: Artefact, info: build_info.BuildInfo) -> Iterator[Dependency]:
    yield _toolchain(artefact, info)
    if info.main is None:
        yield from _unnamed(artefact, info)
    cursor = info.text_at
    for module in ((info.main,) if info.main else ()) + info.modules:
        line = module.line.encode()
        found = artefact.data.find(line, cursor)
        cursor = found if found >= 0 else cursor
        evidence = artefact.evidence(cursor, line.replace(b"\t", b" "))
        if module is info.main:
            yield _main(artefact, info, module, evidence)
        else:
            yield _linked(module, evidence)


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


def _main(artefact: Artefact, info: build_info.BuildInfo, module: build_info.Module, line: Evidence) -> Dependency:
    stated = "" if module.version == "(devel)" else module.version
    version = stated or _set_by_linker(info)
    return Dependency(
        vendor="",
        product=module.path,
        version=version,
        purl=go_module_url(module.path, version),
        linkage=Linkage.DIRECT,
        ecosystem="Go",
        witness=Witness.METADATA,
        confidence=1.0 if stated else 0.8,
        evidence=(line, *_settings(artefact, info)),
    )


def _unnamed(artefact: Artefact, info: build_info.BuildInfo) -> Iterator[Dependency]:
    """The program by the path of its package, as it is when it was built without modules."""
    path = info.path.partition("/cmd/")[0]
    if "." not in path.partition("/")[0]:
        return
    version = _set_by_linker(info)
    yield Dependency(
        vendor="",
        product=path,
        version=version,
        purl=go_module_url(path, version),
        linkage=Linkage.DIRECT,
        ecosystem="Go",
        witness=Witness.METADATA,
        confidence=0.8 if version else 0.6,
        evidence=(artefact.evidence(info.text_at, f"path {info.path}"), *_settings(artefact, info)),
    )


def _settings(artefact: Artefact, info: build_info.BuildInfo) -> list[Evidence]:
    return [
        artefact.evidence(info.text_at, f"{name}={' '.join(info.settings[name].split())}")
        for name in SHOWN
        if info.settings.get(name)
    ]


def _linked(module: build_info.Module, line: Evidence) -> Dependency:
    local = module.path.startswith((".", "/")) or module.path[1:3] in (":\\", ":/")
    path = module.original if local else module.path
    version = "" if local or module.version == "(devel)" else module.version
    return Dependency(
        vendor="",
        product=path,
        version=version,
        purl=go_module_url(path, version),
        linkage=Linkage.EMBEDDED,
        ecosystem="Go",
        witness=Witness.METADATA,
        confidence=0.7 if local else 1.0,
        evidence=(line,),
    )


def _set_by_linker(info: build_info.BuildInfo) -> str:
    own = info.main.path if info.main else info.path.partition("/cmd/")[0]
    for found in SET_BY_LINKER.finditer(info.settings.get("-ldflags", "")[:8192]):
        package = found["package"]
        if found["variable"].lower() in VERSION_VARIABLES and (package == "main" or package.startswith(own)):
            return "v" + found["version"]
    return ""
