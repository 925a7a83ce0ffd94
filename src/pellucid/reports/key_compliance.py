"""What NIST IR 8547 says of a key or certificate: of its key, and of the hash that was signed."""

from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.domain.crypto_compliance import ComplianceRecord
from pellucid.formats.nist_ir_8547 import record_of, record_of_key
from pellucid.reports.cbom_algorithms import of_key, of_signature


def records_of(asset: CryptoAsset) -> tuple[ComplianceRecord, ...]:
    """One for the key that can be read, and one for the hash of a signature."""
    signed = of_signature(asset.signature_algorithm)
    digest = signed[1] if signed else None
    records = [record_of_key(asset)] if of_key(asset) else []
    return (*records, *([record_of(digest.name)] if digest else ()))


def is_compliant(records: tuple[ComplianceRecord, ...]) -> bool | None:
    """Whether all is that NIST has judged; None where it has judged nothing of it."""
    known = [record.is_compliant for record in records if record.is_compliant is not None]
    return all(known) if known else None


def label_of(asset: CryptoAsset) -> str:
    """The algorithm of the key with its size or curve; empty when it cannot be read."""
    named = of_key(asset)
    return named.label if named else ""
