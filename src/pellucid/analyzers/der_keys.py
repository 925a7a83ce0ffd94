"""Keys in DER among other bytes: from an object identifier or a telling header back to the element around it.

Private: PKCS#8 and its encrypted form (RFC 5958), PKCS#1 (RFC 8017, A.1.2), SEC 1 (RFC 5915). Public:
SubjectPublicKeyInfo (RFC 5280, 4.1.2.7) and PKCS#1. A full parse decides, so a chance occurrence gives nothing.
"""

import sys
from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator

from pellucid.analysis.artefact import Artefact
from pellucid.errors import Malformed
from pellucid.formats import der

# AlgorithmIdentifiers' object identifiers: RSA, EC, DSA, Ed25519, Ed448 and PBES2 for encrypted keys.
RSA = bytes.fromhex("06092a864886f70d010101")
EC = bytes.fromhex("06072a8648ce3d0201")
DSA = bytes.fromhex("06072a8648ce380401")
ED25519 = bytes.fromhex("300506032b6570")
ED448 = bytes.fromhex("300506032b6571")
PBES2 = bytes.fromhex("06092a864886f70d01050d")
OIDS = (RSA, EC, DSA)
EDWARDS = (ED25519, ED448)
# The same of those that have an identifier for each set of parameters: ML-KEM 512 to 1024, ML-DSA 44 to 87, and
# the twelve of SLH-DSA (RFC 9935, RFC 9881, RFC 9909).
ML_KEM = tuple(bytes.fromhex(f"300b06096086480165030404{arc:02x}") for arc in range(1, 4))
ML_DSA = tuple(bytes.fromhex(f"300b06096086480165030403{arc:02x}") for arc in range(17, 20))
SLH_DSA = tuple(bytes.fromhex(f"300b06096086480165030403{arc:02x}") for arc in range(20, 32))
ALGORITHMS = (*OIDS, *EDWARDS, *ML_KEM, *ML_DSA, *SLH_DSA)
# PKCS#1 RSAPrivateKey: version 0, then the modulus of 1024, 2048, 3072 or 4096 bits with its leading zero.
RSA_PRIVATE = tuple(bytes.fromhex("020100" + text) for text in ("02818100", "0282010100", "0282018100", "0282020100"))
# PKCS#1 RSAPublicKey: the whole header for the same moduli and the exponent 65537.
RSA_PUBLIC = tuple(
    bytes.fromhex(text) for text in ("30818902818100", "3082010a0282010100", "3082018a0282018100", "3082020a0282020100")
)
# SEC 1 ECPrivateKey: version 1, then a secret of 256, 384 or 521 bits.
EC_PRIVATE = tuple(bytes.fromhex("020101" + text) for text in ("0420", "0430", "0442"))
MOST_CANDIDATES = 50_000
PARAMETER_SETS = (*ML_KEM, *ML_DSA, *SLH_DSA)
ML_KEM_Q = 3329
# What stands before the key in a SubjectPublicKeyInfo of a parameter set: SEQUENCE, AlgorithmIdentifier, BIT STRING.
HEADER = 22


class Spans:
    """Stretches of an artefact that are accounted for and do not overlap, so that nothing in them counts twice."""

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._spans = sorted(spans)

    def add(self, element: der.Element) -> None:
        insort(self._spans, (element.start, element.end))

    def hold(self, element: der.Element) -> bool:
        """Whether `element` lies inside one of them."""
        at = bisect_right(self._spans, (element.start, sys.maxsize)) - 1
        return at >= 0 and element.end <= self._spans[at][1]


def algorithm_identifiers(artefact: Artefact, literals: tuple[bytes, ...]) -> Iterator[der.Element]:
    """The SEQUENCE that each of the object identifiers `literals` begins; a literal may be the whole of one itself."""
    for literal in literals:
        for offset in artefact.offsets(literal)[:MOST_CANDIDATES]:
            whole = literal[0] == der.SEQUENCE
            starts = [offset] if whole else [found.start for found in der.enclosing(artefact.data, offset)]
            for start in starts:
                try:
                    yield der.element(artefact.data, start)
                except Malformed:
                    continue


def private_key_info(artefact: Artefact, algorithm: der.Element) -> Iterator[der.Element]:
    """PrivateKeyInfo around an AlgorithmIdentifier: version 0 or 1 before it, an OCTET STRING behind it."""
    start = algorithm.start - 3
    if start > 1 and bytes(artefact.data[start : start + 3]) in (b"\x02\x01\x00", b"\x02\x01\x01"):
        yield from _with_children(artefact, start, (der.INTEGER, der.SEQUENCE, der.OCTET_STRING), exact=False)


def subject_public_key_info(artefact: Artefact, algorithm: der.Element) -> Iterator[der.Element]:
    """SubjectPublicKeyInfo around an AlgorithmIdentifier: exactly it and a BIT STRING."""
    yield from _with_children(artefact, algorithm.start, (der.SEQUENCE, der.BIT_STRING))


def encrypted_private_key_info(artefact: Artefact, algorithm: der.Element) -> Iterator[der.Element]:
    """EncryptedPrivateKeyInfo around an AlgorithmIdentifier: exactly it and an OCTET STRING."""
    yield from _with_children(artefact, algorithm.start, (der.SEQUENCE, der.OCTET_STRING))


def around(artefact: Artefact, literals: tuple[bytes, ...]) -> Iterator[der.Element]:
    """SEQUENCEs whose content begins with one of `literals`."""
    for literal in literals:
        for offset in artefact.offsets(literal)[:MOST_CANDIDATES]:
            yield from der.enclosing(artefact.data, offset)


def at(artefact: Artefact, literals: tuple[bytes, ...]) -> Iterator[der.Element]:
    """Elements that begin with one of `literals`."""
    for literal in literals:
        for offset in artefact.offsets(literal)[:MOST_CANDIDATES]:
            try:
                yield der.element(artefact.data, offset)
            except Malformed:
                continue


def random_enough(secret: bytes) -> bool:
    """Whether bytes that no parse can check could be a key: constants beside a header are not."""
    return len(set(secret)) >= len(secret) * 5 // 8 and b"\0\0\0" not in secret


def unparsed_key(info: bytes) -> bool:
    """Whether a SubjectPublicKeyInfo whose key is no more than its bytes could hold one.

    Programs have tables of what such keys begin with, one after the other: the next one is no key. Of ML-KEM, all
    numbers are below 3329 (FIPS 203, 7.2).
    """
    key = info[HEADER:]
    if any(literal in key for literal in PARAMETER_SETS) or not random_enough(key[:32]):
        return False
    return not any(literal in info[:HEADER] for literal in ML_KEM) or _below_modulus(key[:-32])


def _below_modulus(packed: bytes) -> bool:
    """Whether numbers of 12 bits, packed little-endian, are below the modulus of ML-KEM; a remainder is left out."""
    triples = zip(packed[::3], packed[1::3], packed[2::3], strict=False)
    return all(
        (low | (middle & 15) << 8) < ML_KEM_Q and (middle >> 4 | high << 4) < ML_KEM_Q for low, middle, high in triples
    )


def _with_children(
    artefact: Artefact, content: int, tags: tuple[int, ...], *, exact: bool = True
) -> Iterator[der.Element]:
    for whole in der.enclosing(artefact.data, content):
        try:
            found = tuple(child.tag for child in der.children(artefact.data, whole, most=8))
        except Malformed:
            continue
        if found == tags or (not exact and found[: len(tags)] == tags):
            yield whole
