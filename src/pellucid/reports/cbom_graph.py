"""The graph of a cryptographic bill: algorithms, protocols, certificates, keys, and what depends on what.

References follow from what a thing is, and the order is theirs: equal bills give equal documents.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from pellucid.domain.bill import Bill
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind
from pellucid.domain.crypto_use import CryptoUse, UseWitness
from pellucid.reports.bill_graph import ROOT, BillGraph
from pellucid.reports.cbom_algorithms import Named, of_key, of_signature, of_use
from pellucid.reports.cbom_references import Material, algorithm_ref, key_of, material_ref, protocol_ref

ANY = "*"
# Certificates of one name, of which nothing says which it is: more tell nobody anything.
MOST_ISSUERS = 16


class CbomGraph:
    """`algorithms`, `protocols`, `materials` and `files` by reference; a file is software that has some of them."""

    def __init__(self, bill: Bill) -> None:
        self.algorithms: dict[str, Named] = {}
        self.protocols: dict[str, tuple[CryptoUse, ...]] = {}
        self.materials: dict[str, Material] = {}
        self._depends: dict[str, set[str]] = defaultdict(set)
        self._provides: dict[str, set[str]] = defaultdict(set)
        self._lies: dict[str, set[str]] = defaultdict(set)  # references by the path of the artefact
        self._implemented: dict[str, set[str]] = defaultdict(set)
        self._add_uses(bill.crypto_uses)
        self._add_materials(bill.crypto_assets)
        self._chain()
        paths = self._lies.keys() | self._implemented.keys()
        parts = tuple(part for part in bill.components if part.path in paths)
        self.files = dict(BillGraph(replace(bill, dependencies=(), components=parts, links=())).components)
        self._contain()

    @property
    def dependencies(self) -> list[Mapping[str, object]]:
        """Every reference with what it depends on and, for software, what it implements."""
        refs = sorted((*self.algorithms, *self.protocols, *self.materials, *self.files))
        edges: list[Mapping[str, object]] = []
        for ref in (ROOT, *refs):
            edge: dict[str, object] = {"ref": ref}
            if depends := sorted(self._depends[ref] - {ref}):
                edge["dependsOn"] = depends
            if provides := sorted(self._provides[ref]):
                edge["provides"] = provides
            edges.append(edge)
        return edges

    def refs_of(self, asset: CryptoAsset) -> tuple[str, str]:
        """References of the algorithm of its key, and of that of its signature; empty where there is none."""
        key, signature = of_key(asset), of_signature(asset.signature_algorithm)
        return algorithm_ref(key) if key else "", algorithm_ref(signature[0]) if signature else ""

    def public_key_of(self, asset: CryptoAsset) -> str:
        """The reference of a certificate's key, or of the public half of a private key; empty where it is not here."""
        fingerprint = asset.key_fingerprint if asset.kind is CryptoKind.CERTIFICATE else asset.fingerprint
        ref = material_ref(CryptoKind.PUBLIC_KEY, fingerprint)
        return ref if fingerprint and ref in self.materials else ""

    def _add_uses(self, uses: Iterable[CryptoUse]) -> None:
        protocols: dict[str, list[CryptoUse]] = defaultdict(list)
        algorithms: dict[str, list[CryptoUse]] = defaultdict(list)
        for use in uses:
            ref = protocol_ref(use) if use.protocol else algorithm_ref(of_use(use))
            (protocols if use.protocol else algorithms)[ref].append(use)
            there = self._implemented if use.witness is UseWitness.CONSTANT else self._lies
            there[use.evidence.artefact].add(ref)
        self.protocols = {ref: tuple(group) for ref, group in sorted(protocols.items())}
        for ref, group in sorted(algorithms.items()):
            self.algorithms[ref] = replace(of_use(group[0]), sightings=tuple(group))

    def _add_materials(self, assets: Iterable[CryptoAsset]) -> None:
        same: dict[str, list[CryptoAsset]] = defaultdict(list)
        for asset in assets:
            ref = material_ref(asset.kind, asset.fingerprint)
            same[ref].append(asset)
            self._lies[asset.evidence.artefact].add(ref)
        for ref, group in same.items():
            self.materials[ref] = Material(asset=group[0], places=tuple(item.evidence for item in group))
        for group in same.values():
            self._add_key_of(group[0])
        self.materials = dict(sorted(self.materials.items()))
        for ref, material in self.materials.items():
            self._depends[ref].update(self._needs(material.asset))
        self.algorithms = dict(sorted(self.algorithms.items()))

    def _add_key_of(self, asset: CryptoAsset) -> None:
        """A certificate's key is there with it."""
        if asset.kind is CryptoKind.CERTIFICATE and asset.key_fingerprint:
            key = key_of(asset)
            self.materials.setdefault(material_ref(key.kind, key.fingerprint), Material(asset=key, places=()))

    def _needs(self, asset: CryptoAsset) -> Iterable[str]:
        if key := of_key(asset):
            yield self._algorithm(key)
        if signed := of_signature(asset.signature_algorithm):
            signature, digest = signed
            ref = self._algorithm(signature)
            if digest:
                self._depends[ref].add(self._algorithm(digest))
            yield ref
        if asset.kind in (CryptoKind.CERTIFICATE, CryptoKind.PRIVATE_KEY) and (public := self.public_key_of(asset)):
            yield public

    def _algorithm(self, named: Named) -> str:
        ref = algorithm_ref(named)
        self.algorithms.setdefault(ref, named)
        return ref

    def _chain(self) -> None:
        """A certificate depends on that of its issuer, where the image has it: by name, and by key where both say."""
        found = {ref: item.asset for ref, item in self.materials.items() if item.asset.kind is CryptoKind.CERTIFICATE}
        named: dict[tuple[str, str], list[str]] = defaultdict(list)
        for ref, asset in found.items():
            for key in {asset.subject_key_id, ANY}:
                named[asset.subject, key].append(ref)
        for ref, asset in found.items():
            if asset.issuer and not asset.is_self_signed:
                keys = (asset.authority_key_id, "") if asset.authority_key_id else (ANY,)
                issuers = [issuer for key in keys for issuer in named[asset.issuer, key][:MOST_ISSUERS]]
                self._depends[ref].update(issuer for issuer in issuers if issuer != ref)

    def _contain(self) -> None:
        """Software depends on what is in it, the image on the rest and on that software."""
        software = {part.path: ref for ref, part in self.files.items()}
        for path, refs in self._lies.items():
            self._depends[software.get(path, ROOT)].update(refs)
        for path, refs in self._implemented.items():
            if path in software:
                self._provides[software[path]].update(refs)
            else:
                self._depends[ROOT].update(refs)
        self._depends[ROOT].update(self.files)
