"""Private keys left in an image, in PEM and in DER. Key material never leaves this module."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers import der_keys, key_stores, ssh_assets
from pellucid.analyzers.key_assets import public_half_of, unread
from pellucid.analyzers.key_names import PublicHalf
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind, Encoding
from pellucid.errors import Malformed
from pellucid.formats import pem, ssh_wire

LABELS = {
    "PRIVATE KEY": "PKCS#8",
    "ENCRYPTED PRIVATE KEY": "PKCS#8",
    "RSA PRIVATE KEY": "RSA",
    "EC PRIVATE KEY": "EC",
    "DSA PRIVATE KEY": "DSA",
    "OPENSSH PRIVATE KEY": "OpenSSH",
}
PEM_BEGINS = tuple(f"-----BEGIN {label}-----".encode() for label in LABELS)
IN_DER = (*der_keys.ALGORITHMS, der_keys.PBES2, *der_keys.RSA_PRIVATE, *der_keys.EC_PRIVATE)
OPENSSH_MAGIC = b"openssh-key-v1\0"


@analyzer(
    name="private_keys", version=7, stage=Stage.CRYPTO, wants=contains(*PEM_BEGINS, *IN_DER, *key_stores.LITERALS)
)
def private_keys(artefact: Artefact) -> Iterator[Fact]:
    """Find private keys: PKCS#1, PKCS#8, SEC 1, DSA and OpenSSH, encrypted or not.

    A key that can be read has the fingerprint of its public half, so that certificate, public and private key of one
    pair can be joined. One that cannot (encrypted, truncated, numbers that do not belong together) is reported from
    its PEM armour with the fingerprint of the encoded bytes; in DER only what parses counts.
    """
    yield from _in_pem(artefact)
    yield from sorted(_in_der(artefact), key=lambda asset: asset.evidence.offset)


def _in_pem(artefact: Artefact) -> Iterator[CryptoAsset]:
    for literal in PEM_BEGINS:
        for offset in artefact.offsets(literal)[: der_keys.MOST_CANDIDATES]:
            try:
                block = pem.read(artefact.data, offset)
            except Malformed:
                continue
            openssh = block.label == "OPENSSH PRIVATE KEY"
            begins_right = block.content.startswith(OPENSSH_MAGIC if openssh else b"\x30")
            encrypted = block.label.startswith("ENCRYPTED") or any("ENCRYPTED" in line for line in block.headers)
            if not begins_right and not encrypted:
                continue
            if openssh:
                public, encrypted = _openssh_public(block.content)
            else:
                public = None if encrypted else public_half_of(block.content)
            yield _asset(
                artefact, block.start, Encoding.PEM, block.label, block.content, public=public, encrypted=encrypted
            )


def _in_der(artefact: Artefact) -> Iterator[CryptoAsset]:
    inside = der_keys.Spans(key_stores.in_pieces(artefact))
    for algorithm in der_keys.algorithm_identifiers(artefact, der_keys.ALGORITHMS):
        for whole in der_keys.private_key_info(artefact, algorithm):
            encoded = bytes(artefact.data[whole.start : whole.end])
            edwards = algorithm.end - algorithm.start == 7
            if edwards and not der_keys.random_enough(bytes(artefact.data[algorithm.end + 4 : algorithm.end + 36])):
                continue
            if not inside.hold(whole) and (public := public_half_of(encoded)):
                inside.add(whole)
                yield _asset(artefact, whole.start, Encoding.DER, "PRIVATE KEY", encoded, public=public)
    for algorithm in der_keys.algorithm_identifiers(artefact, (der_keys.PBES2,)):
        for whole in der_keys.encrypted_private_key_info(artefact, algorithm):
            if key_stores.around(artefact, whole.start):
                continue  # the unit that opens the store says more of it
            encoded = bytes(artefact.data[whole.start : whole.end])
            yield _asset(artefact, whole.start, Encoding.DER, "ENCRYPTED PRIVATE KEY", encoded, encrypted=True)
    for label, literals in (("RSA", der_keys.RSA_PRIVATE), ("EC", der_keys.EC_PRIVATE)):
        for whole in der_keys.around(artefact, literals):
            encoded = bytes(artefact.data[whole.start : whole.end])
            if inside.hold(whole) or (public := public_half_of(encoded)) is None:
                continue
            yield _asset(artefact, whole.start, Encoding.DER, f"{label} PRIVATE KEY", encoded, public=public)


def _openssh_public(content: bytes) -> tuple[PublicHalf | None, bool]:
    """(public key, whether encrypted) from the outer part of PROTOCOL.key, which is never encrypted."""
    try:
        (cipher, _, _), at = ssh_wire.strings(content, len(OPENSSH_MAGIC), 3)
        # The number of keys stands before the first.
        blob, _ = ssh_wire.string(content, at + 4)
    except Malformed:
        return None, False
    try:
        return ssh_assets.half(ssh_wire.read(blob)), cipher != b"none"
    except Malformed:
        return None, cipher != b"none"


def _asset(
    artefact: Artefact,
    start: int,
    encoding: Encoding,
    label: str,
    content: bytes,
    *,
    public: PublicHalf | None = None,
    encrypted: bool = False,
) -> CryptoAsset:
    container = key_stores.around(artefact, start)
    return CryptoAsset(
        kind=CryptoKind.PRIVATE_KEY,
        encoding=Encoding.KEYSTORE if container else encoding,
        encrypted=encrypted,
        container=container,
        evidence=artefact.evidence(start, f"-----BEGIN {label}-----" if encoding is Encoding.PEM else label),
        **(public.fields if public else unread(LABELS[label], content)),
    )
