"""Cases of what is wrong with keys, certificates, algorithms and protocols."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from msgspec import structs
from tests.matchers.class_cases import Case
from tests.matchers.inventories import AT, asset, inventory, seen
from tests.matchers.keys_and_certificates import anchors, certificate, rsa_key

from pellucid.analysis.matcher import Inventory
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind
from pellucid.domain.crypto_use import CryptoUse, UseWitness
from pellucid.matchers.crypto.known_keys import published_keys
from pellucid.matchers.distrusted_anchors import last_days

DAY = timedelta(days=1)
# Mersenne primes and a neighbour: their products need no generator.
P, Q, R = (1 << 1279) - 1, (1 << 2203) - 1, (1 << 2281) - 1
SOUND = (1 << 2047) + 9
WITHOUT_PATTERN = int.from_bytes(b"".join(sha256(bytes([number])).digest() for number in range(8)), "big") | 1
DISTRUSTED, LAST_DAY = min(last_days().items())
AFTER = datetime(LAST_DAY.year + 1, 1, 1, tzinfo=UTC)


def of(*assets: CryptoAsset, at: datetime = AT) -> Inventory:
    return structs.replace(inventory(assets=assets), at=at)


def offers(algorithm: str = "", protocol: str = "", parameters: str = "") -> Inventory:
    use = CryptoUse(
        witness=UseWitness.CONFIGURATION,
        evidence=seen("Ciphers x", "etc/ssh/sshd_config"),
        confidence=0.9,
        algorithm=algorithm,
        protocol=protocol,
        parameters=parameters,
    )
    return structs.replace(inventory(), crypto_uses=(use,))


CASES = {
    "crypto/algorithm/weak-offered": Case(hit=offers("RC4"), miss=offers("AES", parameters="256")),
    "crypto/protocol/weak-offered": Case(
        hit=offers(protocol="TLS", parameters="1.0"), miss=offers(protocol="TLS", parameters="1.3")
    ),
    "crypto/certificate/distrusted-authority": Case(
        hit=of(*anchors(), certificate(DISTRUSTED, anchors()[0].evidence.artefact), at=AFTER), miss=of(*anchors())
    ),
    "crypto/certificate/expired": Case(hit=of(certificate("a", not_after=AT - DAY)), miss=of(certificate("a"))),
    "crypto/certificate/expires-soon": Case(hit=of(certificate("a", not_after=AT + DAY)), miss=of(certificate("a"))),
    "crypto/certificate/not-yet-valid": Case(hit=of(certificate("a", not_before=AT + DAY)), miss=of(certificate("a"))),
    "crypto/certificate/self-signed": Case(
        hit=of(certificate("a", is_self_signed=True)), miss=of(certificate("a", is_self_signed=True, is_ca=True))
    ),
    "crypto/certificate/weak-signature": Case(
        hit=of(certificate("a", signature_algorithm="sha1WithRSAEncryption")), miss=of(certificate("a"))
    ),
    "crypto/key/compromised": Case(
        hit=of(asset(CryptoKind.PUBLIC_KEY, min(published_keys()))), miss=of(asset(CryptoKind.PUBLIC_KEY, "ab" * 32))
    ),
    "crypto/key/factorable": Case(hit=of(rsa_key(3 * Q)), miss=of(rsa_key(P * Q))),
    "crypto/key/implausible": Case(hit=of(rsa_key(P * Q)), miss=of(rsa_key(WITHOUT_PATTERN))),
    "crypto/key/private-key-in-image": Case(
        hit=of(asset(CryptoKind.PRIVATE_KEY, "aa")), miss=of(asset(CryptoKind.PUBLIC_KEY, "aa"))
    ),
    "crypto/key/shared-prime": Case(hit=of(rsa_key(P * Q), rsa_key(P * R)), miss=of(rsa_key(P * Q), rsa_key(SOUND))),
    "crypto/key/short": Case(
        hit=of(asset(CryptoKind.PUBLIC_KEY, "aa", key_bits=1024)), miss=of(asset(CryptoKind.PUBLIC_KEY, "aa"))
    ),
    "crypto/key/unsound-exponent": Case(hit=of(rsa_key(SOUND, 3)), miss=of(rsa_key(SOUND))),
}
