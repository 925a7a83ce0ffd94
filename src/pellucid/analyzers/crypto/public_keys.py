"""Public keys that stand for themselves, in PEM and in DER: update keys, pinned keys, trust anchors."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers import certificates, der_keys, key_names, key_stores
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind, Encoding
from pellucid.errors import Malformed
from pellucid.formats import der, pem

PEM_BEGINS = (b"-----BEGIN PUBLIC KEY-----", b"-----BEGIN RSA PUBLIC KEY-----")
IN_DER = (*der_keys.ALGORITHMS, *der_keys.RSA_PUBLIC)


@analyzer(
    name="public_keys",
    version=6,
    stage=Stage.CRYPTO,
    wants=contains(*PEM_BEGINS, *IN_DER, *certificates.LITERALS),
)
def public_keys(artefact: Artefact) -> Iterator[Fact]:
    """Find public keys: SubjectPublicKeyInfo and PKCS#1.

    A key inside a certificate belongs to the certificate and is not reported again; a PKCS#1 key inside a
    SubjectPublicKeyInfo neither.
    """
    for literal in PEM_BEGINS:
        for offset in artefact.offsets(literal)[: der_keys.MOST_CANDIDATES]:
            try:
                block = pem.read(artefact.data, offset)
            except Malformed:
                continue
            if not block.truncated and (public := key_names.read(block.content)):
                seen = f"-----BEGIN {block.label}-----"
                yield _asset(artefact, public, Encoding.PEM, block.start, seen)
    yield from sorted(_in_der(artefact), key=lambda asset: asset.evidence.offset)


def _in_der(artefact: Artefact) -> Iterator[CryptoAsset]:
    in_der = ((found.start, found.end) for found in certificates.find(artefact) if found.encoding is Encoding.DER)
    taken = der_keys.Spans((*in_der, *key_stores.in_pieces(artefact)))
    for algorithm in der_keys.algorithm_identifiers(artefact, der_keys.ALGORITHMS):
        for whole in der_keys.subject_public_key_info(artefact, algorithm):
            edwards = algorithm.end - algorithm.start == 7
            if edwards and not der_keys.random_enough(bytes(artefact.data[whole.end - 32 : whole.end])):
                continue
            in_a_set = bytes(artefact.data[algorithm.start : algorithm.end]) in der_keys.PARAMETER_SETS
            if in_a_set and not der_keys.unparsed_key(bytes(artefact.data[whole.start : whole.end])):
                continue
            if not taken.hold(whole) and (public := _at(artefact, whole)):
                taken.add(whole)
                yield _asset(artefact, public, Encoding.DER, whole.start, "SubjectPublicKeyInfo")
    for whole in der_keys.at(artefact, der_keys.RSA_PUBLIC):
        if not taken.hold(whole) and (public := _at(artefact, whole)):
            yield _asset(artefact, public, Encoding.DER, whole.start, "RSAPublicKey")


def _at(artefact: Artefact, element: der.Element) -> key_names.PublicHalf | None:
    return key_names.read(bytes(artefact.data[element.start : element.end]))


def _asset(artefact: Artefact, public: key_names.PublicHalf, encoding: Encoding, start: int, seen: str) -> CryptoAsset:
    evidence = artefact.evidence(start, seen)
    return CryptoAsset(kind=CryptoKind.PUBLIC_KEY, encoding=encoding, evidence=evidence, **public.fields)
