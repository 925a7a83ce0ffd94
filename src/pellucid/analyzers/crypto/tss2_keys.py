"""Private keys that only one TPM can use, as files."""

from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers import der_keys
from pellucid.analyzers.key_assets import unread
from pellucid.analyzers.key_names import PARSE_ERRORS, PublicHalf, public_half
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind, Encoding
from pellucid.errors import Malformed
from pellucid.formats import der, pem, tss2

PEM_BEGINS = (b"-----BEGIN TSS2 PRIVATE KEY-----", b"-----BEGIN TSS2 KEY BLOB-----")
CURVES: dict[str, ec.EllipticCurve] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
LARGEST_BITS = 16384


@analyzer(name="tss2_keys", version=1, stage=Stage.CRYPTO, wants=contains(*PEM_BEGINS, *tss2.BEGINS))
def tss2_keys(artefact: Artefact) -> Iterator[Fact]:
    """Find TSS2 private keys, in PEM and in DER. Their secret half is encrypted by the TPM that they belong to."""
    for literal in PEM_BEGINS:
        for offset in artefact.offsets(literal)[: der_keys.MOST_CANDIDATES]:
            try:
                block = pem.read(artefact.data, offset)
                key = tss2.read(block.content, der.element(block.content, 0))
            except Malformed:
                continue
            yield _asset(artefact, key, block.content, block.start, Encoding.PEM)
    for whole in der_keys.around(artefact, tss2.BEGINS):
        try:
            key = tss2.read(artefact.data, whole)
        except Malformed:
            continue
        encoded = bytes(artefact.data[whole.start : whole.end])
        yield _asset(artefact, key, encoded, whole.start, Encoding.DER)


def _asset(artefact: Artefact, key: tss2.TpmKey, encoded: bytes, start: int, encoding: Encoding) -> CryptoAsset:
    public = _half(key)
    return CryptoAsset(
        kind=CryptoKind.PRIVATE_KEY,
        encoding=encoding,
        encrypted=True,
        container="tss2",
        evidence=artefact.evidence(start, "TSS2 PRIVATE KEY"),
        **(public.fields if public else unread("TSS2", encoded)),
    )


def _half(key: tss2.TpmKey) -> PublicHalf | None:
    try:
        if key.curve:
            return public_half(ec.EllipticCurvePublicNumbers(key.x, key.y, CURVES[key.curve]).public_key())
        if key.modulus and key.modulus.bit_length() <= LARGEST_BITS:
            return public_half(rsa.RSAPublicNumbers(key.exponent, key.modulus).public_key())
    except PARSE_ERRORS:
        pass
    return None
