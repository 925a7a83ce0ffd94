"""Algorithms as a cryptographic bill of materials names them: those in use, those of keys, those of signatures."""

import re
from dataclasses import dataclass, field, replace

from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.domain.crypto_use import CryptoUse, Primitive
from pellucid.formats.crypto_algorithms import Algorithm, Standing, by_name, find
from pellucid.formats.crypto_algorithms import curve as curve_named

# What keys and stores are called whose algorithm cannot be read.
FORMATS = frozenset(("PKCS#7", "PKCS#8", "PKCS#12", "OpenSSH", "OpenPGP", "TSS2", "JKS", "JCEKS", "BKS", "UBER"))
_PARTS = re.compile(r"(?i)with|[-_ ]")


@dataclass(frozen=True, kw_only=True)
class Named:
    """An algorithm with what sets its strength. `sightings` are those of software; keys and signatures have their own.

    `standing` and `quantum_vulnerable` are None where the algorithm is not in the table.
    """

    name: str
    primitive: Primitive
    parameters: str = ""
    mode: str = ""
    curve: str = ""
    family: str = ""
    standing: Standing | None = None
    quantum_vulnerable: bool | None = None
    sightings: tuple[CryptoUse, ...] = field(default=(), compare=False)

    @property
    def label(self) -> str:
        """Such as AES-128-CBC, ML-KEM-768 and EC-P-256."""
        first = (
            self.parameters
            if self.parameters.startswith(self.name)
            else "-".join(part for part in (self.name, self.parameters) if part)
        )
        return f"{first}-{self.mode}" if self.mode else first

    @property
    def parameter_set(self) -> str:
        """What tells it from others of its name: 128, ML-KEM's 768, P-256."""
        return self.parameters.removeprefix(self.name).lstrip("-") or self.parameters


def of_use(use: CryptoUse) -> Named:
    """The algorithm that software implements, calls or is configured to offer."""
    row = by_name(use.algorithm)
    known = curve_named(use.parameters) if use.parameters else None
    named = _named(use.algorithm, row, use.parameters, curve=known.name if known else "")
    primitive = named.primitive if use.primitive is Primitive.UNKNOWN else use.primitive
    return replace(named, primitive=primitive, mode=use.mode)


def of_key(asset: CryptoAsset) -> Named | None:
    """The algorithm of a key, or of a certificate's key; None where it is not known."""
    if not asset.algorithm or asset.algorithm in FORMATS:
        return None
    found = find(asset.algorithm)
    row = found.algorithm if found else None
    name = row.name if row else asset.algorithm
    stated = found.parameters if found else ""
    # Those that have one curve only are called by it.
    own_curve = asset.curve if name == "EC" else ""
    size = str(asset.key_bits) if asset.key_bits and not asset.curve else ""
    return _named(name, row, stated or own_curve or size, curve=asset.curve)


def of_signature(name: str) -> tuple[Named, Named | None] | None:
    """The algorithm that a certificate was signed with, and the hash that its name names; None for none."""
    if not name:
        return None
    parts = [found.algorithm for part in _PARTS.split(name) if part and (found := find(part))]
    digest = next((row for row in parts if row.primitive is Primitive.HASH), None)
    worst = max((row.standing for row in parts), key=list(Standing).index, default=None)
    signature = Named(
        name=name,
        primitive=Primitive.SIGNATURE,
        standing=worst,
        quantum_vulnerable=any(row.quantum_vulnerable for row in parts) if parts else None,
    )
    return signature, _named(digest.name, digest, "") if digest else None


def _named(name: str, row: Algorithm | None, parameters: str, *, curve: str = "") -> Named:
    if row is None:
        return Named(name=name, primitive=Primitive.UNKNOWN, parameters=parameters, curve=curve)
    return Named(
        name=name,
        primitive=row.primitive,
        parameters=parameters,
        curve=curve,
        family=row.family,
        standing=row.standing,
        quantum_vulnerable=row.quantum_vulnerable,
    )
