"""The notice of the settings reaches what judges certificates."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from pellucid.analysis.matcher import Inventory
from pellucid.services.local_scan import scan
from pellucid.settings import Settings

DAY = 86400.0


def test_a_scan_reports_what_ends_within_the_notice(tmp_path: Path) -> None:
    key, now = Ed25519PrivateKey.generate(), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "device")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=40))
    path = tmp_path / "device.pem"
    path.write_bytes(builder.sign(key, None).public_bytes(Encoding.PEM))
    for days, expected in ((39, False), (41, True)):
        result = scan(path, Settings(certificate_notice=days * DAY), lambda _: None)
        assert ("Certificate expires soon" in [finding.name for finding in result.findings]) is expected


def test_the_default_is_said_once_in_two_places() -> None:
    unset = Inventory(dependencies=(), crypto_assets=(), observations=(), at=datetime.now(UTC))
    assert unset.certificate_notice == Settings().certificate_notice
