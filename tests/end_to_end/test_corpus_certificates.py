"""Certificates of real images against what openssl reads from the same bytes: only with PELLUCID_CORPUS."""

import os
import re
import shutil
import struct
import subprocess
import tarfile
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind
from pellucid.services.local_scan import scan
from pellucid.settings import Settings

CORPUS = Path(os.environ.get("PELLUCID_CORPUS", ""))
PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
# EFI_CERT_X509_GUID (UEFI Specification, 32.4.1): a list of signatures that are certificates.
X509 = uuid.UUID("a5c059a1-94e4-4aa7-87b5-ab155c2bf072").bytes_le
ASKED = ("-fingerprint", "-sha256", "-serial", "-startdate", "-enddate", "-dateopt", "iso_8601", "-noout")

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not os.environ.get("PELLUCID_CORPUS"), reason="PELLUCID_CORPUS is not set"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl"),
    pytest.mark.timeout(600),
]


def openssl(encoded: bytes, form: str) -> dict[str, str]:
    """What it says of a certificate; empty for what it does not take for one."""
    command = ["openssl", "x509", "-inform", form, *ASKED]
    done = subprocess.run(command, input=encoded, capture_output=True, check=False)
    return dict(line.split("=", 1) for line in done.stdout.decode().splitlines()) if done.returncode == 0 else {}


def found(name: str) -> Iterator[CryptoAsset]:
    for asset in scan(CORPUS / name, Settings(), lambda _: None).crypto_assets:
        if asset.kind is CryptoKind.CERTIFICATE:
            yield asset


def same(asset: CryptoAsset, said: dict[str, str]) -> bool:
    times = [datetime.fromisoformat(said[name]) for name in ("notBefore", "notAfter")]
    return [asset.not_before, asset.not_after] == times and int(asset.serial, 16) == int(said["serial"], 16)


def test_every_certificate_of_an_operating_system() -> None:
    seen: dict[str, dict[str, CryptoAsset]] = {}
    for asset in found("debian-minbase.tar"):
        place = asset.evidence.artefact.partition("!")[2]
        seen.setdefault(place, {})[asset.fingerprint] = asset
    number, wrong = 0, []
    with tarfile.open(CORPUS / "debian-minbase.tar") as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            for block in PEM.findall(content.read()) if content else ():
                if said := openssl(block, "PEM"):
                    number += 1
                    name = member.name.removeprefix("./")
                    fingerprint = said["sha256 Fingerprint"].replace(":", "").lower()
                    there = seen.get(name, {})
                    mine = there.pop(fingerprint) if fingerprint in there else None
                    if mine is None or not same(mine, said):
                        wrong.append(f"{name}: {fingerprint}")
    assert number > 200
    assert wrong == []
    assert [place for place, others in seen.items() if others] == [], "and nothing else"


def test_every_certificate_of_secure_boot() -> None:
    data = (CORPUS / "OVMF_VARS_4M.ms.fd").read_bytes()
    expected: dict[str, dict[str, str]] = {}
    for at in (match.start() for match in re.finditer(re.escape(X509), data)):
        whole, header, size = struct.unpack_from("<III", data, at + 16)
        for start in range(at + 28 + header, at + whole, size):
            said = openssl(data[start + 16 : start + size], "DER")
            expected[said["sha256 Fingerprint"].replace(":", "").lower()] = said
    assets = {asset.fingerprint: asset for asset in found("OVMF_VARS_4M.ms.fd")}
    assert len(expected) >= 4
    assert assets.keys() == expected.keys()
    assert all(same(asset, expected[name]) for name, asset in assets.items())
