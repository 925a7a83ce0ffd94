"""What a scan found of cryptography: keys, certificates, and algorithms and protocols in use. Written once."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pellucid.storage.rows.declarative import Row
from pellucid.storage.rows.inventory import OfScan


class ScanCryptoAssetRow(OfScan, Row):
    """A key or certificate; `evidence` lists every place, `asset` holds every other field, and what findings
    about it are asked for: `algorithm_name`, `is_nist_ir_8547_compliant`. No private key is in any of it."""

    __tablename__ = "scan_crypto_asset"
    __table_args__ = (Index(None, "fingerprint"),)

    kind: Mapped[str] = mapped_column(String(16))
    algorithm: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(64))
    not_after: Mapped[datetime | None]
    asset: Mapped[dict[str, Any]]
    evidence: Mapped[list[Any]]


class CryptoAssetPlaceRow(Row):
    """An artefact that a crypto asset lies in: their numbers."""

    __tablename__ = "crypto_asset_place"

    scan_id: Mapped[str] = mapped_column(ForeignKey("scan.id", ondelete="CASCADE"), primary_key=True)
    asset: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)


class ScanCryptoUseRow(OfScan, Row):
    """An algorithm or protocol in use. `sightings` lists every place: its evidence, witness and confidence."""

    __tablename__ = "scan_crypto_use"
    __table_args__ = (Index(None, "algorithm"),)

    algorithm: Mapped[str] = mapped_column(String(64))
    protocol: Mapped[str] = mapped_column(String(64))
    parameters: Mapped[str] = mapped_column(String(64))
    mode: Mapped[str] = mapped_column(String(32))
    primitive: Mapped[str] = mapped_column(String(16))
    sightings: Mapped[list[Any]]
