"""Weak algorithms and protocols in configurations."""

import pytest
from msgspec import structs
from tests.matchers.inventories import findings, inventory, seen
from tests.support.statements import Statements

from pellucid.domain.crypto_use import CryptoUse, UseWitness
from pellucid.domain.finding import Finding, FindingType
from pellucid.domain.severity import Severity
from pellucid.matchers.weak_crypto_settings import weak_crypto_settings

NOTHING = Statements()


def offered(
    algorithm: str = "",
    parameters: str = "",
    protocol: str = "",
    witness: UseWitness = UseWitness.CONFIGURATION,
    artefact: str = "etc/ssh/sshd_config",
) -> CryptoUse:
    return CryptoUse(
        witness=witness,
        evidence=seen("Ciphers x", artefact),
        confidence=0.9,
        algorithm=algorithm,
        parameters=parameters,
        protocol=protocol,
    )


def judged(*uses: CryptoUse) -> list[Finding]:
    return findings(weak_crypto_settings(structs.replace(inventory(), crypto_uses=uses), NOTHING))


@pytest.mark.parametrize(
    ("algorithm", "parameters", "severity", "called"),
    [
        ("RC4", "", Severity.MEDIUM, "RC4"),
        ("RC4", "128", Severity.MEDIUM, "RC4 128"),
        ("MD5", "", Severity.MEDIUM, "MD5"),
        ("HMAC", "HMAC-MD5", Severity.MEDIUM, "HMAC-MD5"),
        ("DH", "1024", Severity.MEDIUM, "DH 1024"),
        ("ECDH", "P-192", Severity.MEDIUM, "ECDH P-192"),
        ("3DES", "", Severity.LOW, "3DES"),
    ],
)
def test_a_weak_algorithm_that_is_switched_on_is_reported(
    algorithm: str, parameters: str, severity: Severity, called: str
) -> None:
    (finding,) = judged(offered(algorithm, parameters))
    assert (finding.severity, finding.type, finding.subtype) == (
        severity,
        FindingType.CRYPTOGRAPHIC_ASSET,
        "algorithm",
    )
    assert finding.title == f"A configuration offers {called}"


@pytest.mark.parametrize(
    ("protocol", "version", "severity"),
    [
        ("SSL", "3.0", Severity.HIGH),
        ("TLS", "1.0", Severity.MEDIUM),
        ("TLS", "1.1", Severity.MEDIUM),
        ("SSH", "1", Severity.HIGH),
        ("WEP", "", Severity.HIGH),
        ("WEP", "40", Severity.HIGH),
        ("WPA", "1", Severity.MEDIUM),
    ],
)
def test_a_withdrawn_version_of_a_protocol_is_reported(protocol: str, version: str, severity: Severity) -> None:
    (finding,) = judged(offered(protocol=protocol, parameters=version))
    assert (finding.severity, finding.subtype) == (severity, "protocol")
    assert finding.title == f"A configuration offers {protocol} {version}".rstrip()
    assert "instead" in finding.recommended_action


@pytest.mark.parametrize(
    "use",
    [
        offered("AES", "128"),
        offered("HMAC", "HMAC-SHA-256"),
        offered("HMAC", "HMAC-SHA-1"),
        offered("DH", "2048"),
        offered("DH"),
        offered("X25519"),
        offered("RSA"),
        offered("ChaCha20-Poly1305"),
        offered("no such algorithm"),
        offered(protocol="TLS", parameters="1.2"),
        offered(protocol="TLS"),
        offered(protocol="SSH", parameters="2.0"),
        offered(protocol="WPA", parameters="2"),
        offered(protocol="no such protocol", parameters="1"),
    ],
    ids=lambda use: f"{use.protocol or use.algorithm} {use.parameters}",
)
def test_what_is_sound_or_not_known_is_not(use: CryptoUse) -> None:
    assert judged(use) == []


@pytest.mark.parametrize("witness", [item for item in UseWitness if item is not UseWitness.CONFIGURATION])
def test_that_software_can_do_it_is_no_finding(witness: UseWitness) -> None:
    assert judged(offered("RC4", witness=witness), offered(protocol="SSL", parameters="3.0", witness=witness)) == []


def test_one_finding_has_all_places_and_keeps_its_key() -> None:
    here, there = offered("RC4"), offered("RC4", artefact="etc/nginx.conf")
    (finding,) = judged(here, there, here)
    assert [place.artefact for place in finding.evidence] == ["etc/ssh/sshd_config", "etc/nginx.conf"]
    assert judged(there)[0].key == finding.key
    assert judged(offered("DES"))[0].key != finding.key
