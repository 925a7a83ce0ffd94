"""Cryptographic materials of an image, judged: what of it outlasts quantum computers, by NIST IR 8547."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pellucid.domain.access import Caller
from pellucid.domain.bill import Bill
from pellucid.domain.component import Reachability
from pellucid.domain.component_tree import TreeComponent
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind
from pellucid.domain.crypto_compliance import ApprovalStatus, ComplianceRecord
from pellucid.domain.crypto_use import CryptoUse
from pellucid.domain.evidence import Evidence
from pellucid.domain.ids import named_id
from pellucid.domain.image import Image
from pellucid.domain.severity import Severity
from pellucid.formats.nist_ir_8547 import record_of
from pellucid.reports.cbom_algorithms import of_key, of_use
from pellucid.reports.key_compliance import is_compliant, records_of
from pellucid.services.crypto_bills import CryptoBills
from pellucid.services.images import Images
from pellucid.storage.database import Transaction
from pellucid.storage.listings.newest_scans import newest_scan_of
from pellucid.storage.listings.scan_places import tree_components_at

Identity = tuple[str, ...]
KINDS = {
    CryptoKind.CERTIFICATE: "Certificate",
    CryptoKind.PRIVATE_KEY: "Private key",
    CryptoKind.PUBLIC_KEY: "Public key",
}
RUNS = frozenset((Reachability.ENTRY_POINT, Reachability.INVOKED, Reachability.LOADED))


@dataclass(frozen=True, kw_only=True)
class Material:
    """An algorithm, protocol, key or certificate, with what NIST says of it.

    `records` are empty for protocols, which NIST IR 8547 does not judge; of a certificate they speak of its key and of
    the hash that was signed.
    """

    name: str
    title: str
    records: tuple[ComplianceRecord, ...] = ()
    algorithm: str = ""
    primitive: str = ""
    protocol: str = ""

    @property
    def is_compliant(self) -> bool | None:
        """Whether all is that NIST has judged; None where it has judged nothing of it."""
        return is_compliant(self.records)

    def severity(self, year: int) -> Severity:
        """How urgent it is in that year: what is disallowed, what is deprecated, what has to go later."""
        if self.is_compliant is not False:
            return Severity.UNSPECIFIED
        statuses = {record.status(year) for record in self.records if record.is_compliant is False}
        if ApprovalStatus.DISALLOWED in statuses:
            return Severity.HIGH
        return Severity.MEDIUM if ApprovalStatus.DEPRECATED in statuses else Severity.LOW


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A material in one file. `id` is the same as long as the scan is there."""

    id: str
    material: Material
    component: TreeComponent
    evidence: tuple[Evidence, ...]
    is_reachable: bool


@dataclass(frozen=True, kw_only=True)
class MaterialsReport:
    """`materials` in the order of the tree, those of one file by name; `judged` is when the scan ended."""

    image: Image
    product_name: str
    judged: datetime
    materials: Sequence[Judged]


class CryptoMaterials:
    """What the newest finished scan of an image found."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def get(self, caller: Caller, product_id: str, image_id: str) -> MaterialsReport:
        """NotReady when no scan of the image has finished."""
        bill = CryptoBills(self._tx).get(caller, product_id, image_id)
        image = Images(self._tx).get(product_id, image_id)
        return MaterialsReport(
            image=image,
            product_name=bill.product,
            judged=bill.created,
            materials=self._judged(newest_scan_of(self._tx, image.id), bill),
        )

    def _judged(self, scan_id: str, bill: Bill) -> list[Judged]:
        places: dict[tuple[str, Identity], list[Evidence]] = defaultdict(list)
        materials: dict[Identity, Material] = {}
        found: list[CryptoAsset | CryptoUse] = [*bill.crypto_assets, *bill.crypto_uses]
        for item in found:
            if isinstance(item, CryptoUse) or item.kind in KINDS:
                places[item.evidence.artefact, item.identity].append(item.evidence)
                if item.identity not in materials:
                    materials[item.identity] = _of_use(item) if isinstance(item, CryptoUse) else material_of(item)
        components = tree_components_at(self._tx, scan_id, {path for path, _ in places})
        running = {part.path for part in bill.components if part.component.reachability in RUNS}
        judged = [
            Judged(
                id=named_id("\0".join((components[path].id, *identity))),
                material=materials[identity],
                component=components[path],
                evidence=tuple(sorted(seen, key=lambda place: (place.offset, place.seen))),
                is_reachable=path in running,
            )
            for (path, identity), seen in places.items()
            if path in components
        ]
        return sorted(judged, key=lambda item: (item.component.number, item.material.name, item.id))


def material_of(asset: CryptoAsset) -> Material:
    """A key or certificate, judged."""
    kind = KINDS.get(asset.kind, "Container")
    named = of_key(asset)
    who = asset.subject or asset.fingerprint[:16]
    return Material(
        name=f"{kind} {who}",
        title=f"{kind} {who}: {named.label if named else 'a key that cannot be read'}",
        records=records_of(asset),
        algorithm=named.label if named else "",
        primitive=str(named.primitive) if named else "",
    )


def _of_use(use: CryptoUse) -> Material:
    if use.protocol:
        name = f"{use.protocol} {use.parameters}".strip()
        return Material(name=name, title=f"Protocol {name}", protocol=name)
    named = of_use(use)
    record = record_of(use.algorithm, use.parameters, named.primitive)
    return Material(
        name=named.label,
        title=f"Algorithm {named.label}",
        records=(record,),
        algorithm=named.label,
        primitive=str(named.primitive),
    )
