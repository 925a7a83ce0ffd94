"""X.509 certificates in an artefact: found once for the analyzers that need them, or need to know where they are.

Literals rather than bare "30 82" start the search, so that the one pass over the bytes finds all candidates; from each
the enclosing elements are found by walking back (RFC 5280, 4.1), and a full parse decides.
"""

import warnings
from collections.abc import Iterator, Sequence

import msgspec
from cryptography import x509

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers import der_keys, key_names, key_stores, signed_messages
from pellucid.domain.crypto_asset import Encoding
from pellucid.errors import Malformed
from pellucid.formats import der, pem

PEM_LABELS = ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE")
PEM_BEGINS = tuple(f"-----BEGIN {label}-----".encode() for label in PEM_LABELS)
# Version 3, then the serial number: what nearly every certificate of today begins with, after two headers.
VERSION_3 = bytes.fromhex("a003020102 02")
# Old certificates have no version field: their signature algorithm follows the serial number.
SIGNATURES = (bytes.fromhex("06092a864886f70d0101"), bytes.fromhex("06082a8648ce3d0403"))
LITERALS = (*PEM_BEGINS, VERSION_3, *SIGNATURES, *signed_messages.PEM_BEGINS, *key_stores.LITERALS)
MOST_CANDIDATES = 50_000
PARSE_ERRORS = (*key_names.PARSE_ERRORS, x509.InvalidVersion)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate that parses, and the bytes it was read from."""

    certificate: x509.Certificate
    der: bytes
    encoding: Encoding
    start: int
    end: int


def find(artefact: Artefact) -> tuple[Found, ...]:
    """All certificates of an artefact, in order; the result is kept with the artefact."""
    kept = artefact.memo.get("certificates")
    if not isinstance(kept, tuple):
        plain = (*_in_pem(artefact), *_in_der(artefact))
        found = {(item.start, item.der): item for item in (*plain, *_in_messages(artefact, plain))}
        kept = tuple(sorted(found.values(), key=lambda item: item.start))
        artefact.memo["certificates"] = kept
    return kept


def load(encoded: bytes) -> x509.Certificate | None:
    """The certificate, or None when it is none. Serial numbers that are not positive are accepted."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            certificate = x509.load_der_x509_certificate(encoded)
            _ = certificate.subject, certificate.issuer, certificate.not_valid_after_utc
        except PARSE_ERRORS:
            return None
    return certificate


def serial_of(certificate: x509.Certificate) -> str:
    """The serial number in hex; "-1" and the like for those that firmware should not have."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return f"{certificate.serial_number:x}"


def _in_pem(artefact: Artefact) -> Iterator[Found]:
    for literal in PEM_BEGINS:
        for offset in artefact.offsets(literal)[:MOST_CANDIDATES]:
            try:
                block = pem.read(artefact.data, offset)
                # A trusted certificate has OpenSSL's trust settings behind the certificate.
                encoded = block.content[: der.element(block.content, 0).end]
            except Malformed:
                continue
            if certificate := load(encoded):
                yield Found(
                    certificate=certificate, der=encoded, encoding=Encoding.PEM, start=block.start, end=block.end
                )


def _in_messages(artefact: Artefact, plain: Sequence[Found]) -> Iterator[Found]:
    """Those in signed messages in PEM or in pieces: in DER, they are found as any others, and are among the `plain`."""
    known = {item.der for item in plain}
    for found in signed_messages.find(artefact):
        if found.encoding is Encoding.PEM or found.scattered:
            for encoded in found.message.certificates:
                if found.scattered and encoded in known:
                    continue
                if certificate := load(encoded):
                    yield Found(
                        certificate=certificate, der=encoded, encoding=found.encoding, start=found.start, end=found.end
                    )


def _in_der(artefact: Artefact) -> Iterator[Found]:
    seen: set[int] = set()
    in_pieces = der_keys.Spans(key_stores.in_pieces(artefact))
    for start in _candidates(artefact):
        if start.start in seen or in_pieces.hold(start):
            continue
        seen.add(start.start)
        encoded = bytes(artefact.data[start.start : start.end])
        if certificate := load(encoded):
            yield Found(certificate=certificate, der=encoded, encoding=Encoding.DER, start=start.start, end=start.end)


def _candidates(artefact: Artefact) -> Iterator[der.Element]:
    """Elements that look like Certificate ::= SEQUENCE { TBSCertificate, AlgorithmIdentifier, BIT STRING }."""
    for offset in artefact.offsets(VERSION_3)[:MOST_CANDIDATES]:
        yield from _around(artefact, offset)
    for literal in SIGNATURES:
        for offset in artefact.offsets(literal)[:MOST_CANDIDATES]:
            for length in range(1, 22):
                serial = offset - 2 - length - 2
                if serial > 0 and artefact.data[serial] == der.INTEGER and artefact.data[serial + 1] == length:
                    yield from _around(artefact, serial)


def _around(artefact: Artefact, content: int) -> Iterator[der.Element]:
    for body in der.enclosing(artefact.data, content):
        for whole in der.enclosing(artefact.data, body.start):
            try:
                tags = [child.tag for child in der.children(artefact.data, whole, most=4)]
            except Malformed:
                continue
            if tags == [der.SEQUENCE, der.SEQUENCE, der.BIT_STRING]:
                yield whole
