"""Crates of Rust programs that cargo-auditable built."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.built_packages import CRATES
from pellucid.analyzers.language_package import is_sound, language_package
from pellucid.domain.dependency import Linkage, Witness
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.errors import BudgetExceeded, Malformed
from pellucid.formats import cargo_audit

NAME = "cargo_auditable"


@analyzer(
    name=NAME,
    version=1,
    stage=Stage.COMPONENTS,
    wants=contains(cargo_audit.SECTION) & kind("elf", "pe", "macho", "java-class", "wasm"),
)
def cargo_auditable(artefact: Artefact) -> Iterator[Fact]:
    """List the crates that a Rust program was linked from, as its own list in the section .dep-v0 says.

    What only the build needed is not in the program and not listed. Crates that came from a folder or a repository
    have no place in the registry: advisories of the same name may not be about them, so their confidence is lower.
    """
    try:
        at, packed = cargo_audit.place(artefact.data, artefact.kind, iter(artefact.offsets(cargo_audit.SECTION)))
        packages = list(cargo_audit.packages(packed)) if packed else []
    except BudgetExceeded as error:
        yield Problem(unit=NAME, kind=ProblemKind.BUDGET, message=error.message)
        return
    except Malformed as error:
        yield Problem(unit=NAME, kind=ProblemKind.MALFORMED, message=error.message)
        return
    for package in packages:
        if not is_sound(package.name, package.version):
            continue
        yield language_package(
            artefact,
            CRATES,
            package.name,
            package.version,
            offset=at,
            witness=Witness.METADATA,
            confidence=1.0 if package.source == "crates.io" else 0.9,
            linkage=Linkage.DIRECT if package.is_root else Linkage.EMBEDDED,
            requires=package.needs,
        )
