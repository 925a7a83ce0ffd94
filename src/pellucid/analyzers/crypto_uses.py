"""Uses of algorithms and protocols as facts, whoever tells of them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Protocol

from pellucid.analysis.artefact import Artefact
from pellucid.domain.crypto_use import CryptoUse, Primitive, UseWitness
from pellucid.domain.evidence import Evidence
from pellucid.formats import crypto_algorithms
from pellucid.formats.crypto_algorithms import Algorithm
from pellucid.formats.crypto_constants import Constant


class Does(Protocol):
    """What a function, a name or a setting stands for: an algorithm, or a version of a protocol."""

    @property
    def algorithm(self) -> Algorithm | None: ...
    @property
    def parameters(self) -> str: ...
    @property
    def mode(self) -> str: ...
    @property
    def protocol(self) -> str: ...


def use_of(does: Does, witness: UseWitness, confidence: float, evidence: Evidence) -> CryptoUse:
    """The fact that something does this."""
    return CryptoUse(
        witness=witness,
        algorithm=does.algorithm.name if does.algorithm else "",
        primitive=does.algorithm.primitive if does.algorithm else Primitive.UNKNOWN,
        parameters=does.parameters,
        mode=does.mode,
        protocol=does.protocol,
        confidence=confidence,
        evidence=evidence,
    )


def implemented(
    artefact: Artefact, constant: Constant, form: str, offset: int, *, length: int, confidence: float
) -> CryptoUse:
    """The fact that numbers of `length` bytes at `offset`, in some form, are those of an implementation."""
    algorithm = crypto_algorithms.by_name(constant.algorithm)
    assert algorithm, constant.algorithm
    seen = artefact.evidence(offset, f"{constant.algorithm} {constant.what}, {form}")
    return CryptoUse(
        witness=UseWitness.CONSTANT,
        algorithm=algorithm.name,
        primitive=algorithm.primitive,
        parameters=constant.parameters,
        confidence=confidence,
        evidence=replace(seen, length=length),
    )


def once(uses: Iterable[CryptoUse]) -> Iterator[CryptoUse]:
    """Each algorithm and version at the first of its places."""
    found: dict[tuple[str, str, str, str], CryptoUse] = {}
    for use in uses:
        found.setdefault(use.identity, use)
    yield from found.values()
