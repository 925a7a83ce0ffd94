"""Facts that matchers are tested with."""

from datetime import UTC, datetime

from pellucid.analysis.matcher import Inventory
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind, Encoding
from pellucid.domain.dependency import Dependency
from pellucid.domain.evidence import Evidence

AT = datetime(2026, 1, 1, tzinfo=UTC)


def seen(text: str = "x", artefact: str = "bin/a") -> Evidence:
    return Evidence(offset=1, seen=text, length=len(text), artefact=artefact)


def upstream(product: str, version: str, vendor: str = "acme", text: str = "x", artefact: str = "bin/a") -> Dependency:
    return Dependency(
        vendor=vendor,
        product=product,
        version=version,
        purl=f"pkg:generic/{product}@{version}",
        cpe=f"cpe:2.3:a:{vendor}:{product}:{version or '*'}:*:*:*:*:*:*:*",
        confidence=0.9,
        evidence=(seen(text, artefact),),
    )


def package(name: str, version: str, source: str, ecosystem: str = "Debian:12") -> Dependency:
    return Dependency(
        vendor="debian",
        product=name,
        version=version,
        purl=f"pkg:deb/debian/{name}@{version}",
        confidence=1.0,
        ecosystem=ecosystem,
        source_name=source,
        source_version=version,
        evidence=(seen(name, "var/lib/dpkg/status"),),
    )


def asset(kind: CryptoKind, fingerprint: str, artefact: str = "etc/key", **more: object) -> CryptoAsset:
    values = {"algorithm": "RSA", "key_bits": 2048, "encoding": Encoding.PEM} | more
    return CryptoAsset(kind=kind, fingerprint=fingerprint, evidence=seen(artefact=artefact), **values)  # type: ignore[arg-type]  # values of a record, by name


def inventory(*dependencies: Dependency, assets: tuple[CryptoAsset, ...] = ()) -> Inventory:
    return Inventory(dependencies=dependencies, crypto_assets=assets, observations=(), at=AT)
