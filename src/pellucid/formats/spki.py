"""SubjectPublicKeyInfo (RFC 5280, 4.1.2.7): the algorithm of a public key and its bits, not interpreted."""

from mmap import mmap

import msgspec

from pellucid.errors import Malformed
from pellucid.formats import der


class Info(msgspec.Struct, frozen=True, kw_only=True):
    """`algorithm` is an object identifier in dotted form, `parameters` the element behind it; `end` an offset."""

    algorithm: str
    parameters: bytes
    key: bytes
    end: int


def read(data: bytes | mmap, offset: int = 0) -> Info:
    """The structure at `offset`. Raises Malformed."""
    whole = der.element(data, offset)
    parts = list(der.children(data, whole, most=2)) if whole.tag == der.SEQUENCE else []
    if [part.tag for part in parts] != [der.SEQUENCE, der.BIT_STRING]:
        raise Malformed("no SubjectPublicKeyInfo")
    identifier, bits = list(der.children(data, parts[0], most=2)), parts[1]
    if not identifier or bits.content == bits.end or data[bits.content]:
        raise Malformed("a SubjectPublicKeyInfo without a key")
    return Info(
        algorithm=der.oid(data, identifier[0]),
        parameters=bytes(data[identifier[0].end : parts[0].end]),
        key=bytes(data[bits.content + 1 : bits.end]),
        end=whole.end,
    )


def rsa_numbers(key: bytes) -> tuple[int, int]:
    """(modulus, exponent) of an RSAPublicKey (RFC 8017, A.1.1), which is all of `key`. Raises Malformed.

    A negative modulus is one whose leading zero was forgotten: it is read as the number that was meant.
    """
    whole = der.element(key, 0)
    parts = list(der.children(key, whole, most=3)) if whole.tag == der.SEQUENCE and whole.end == len(key) else []
    if [part.tag for part in parts] != [der.INTEGER, der.INTEGER]:
        raise Malformed("no RSAPublicKey")
    modulus, exponent = (int.from_bytes(key[part.content : part.end], "big") for part in parts)
    return modulus, exponent


def of_certificate(encoded: bytes) -> bytes:
    """The SubjectPublicKeyInfo in a certificate in DER (RFC 5280, 4.1). Raises Malformed."""
    body = next(der.children(encoded, der.element(encoded, 0)), None)
    fields = list(der.children(encoded, body, most=10)) if body else []
    if fields and fields[0].tag == der.CONTEXT_0:
        del fields[0]
    # Serial number, signature, issuer, validity and subject stand before it.
    if len(fields) < 6 or fields[5].tag != der.SEQUENCE:
        raise Malformed("a certificate without a key")
    return encoded[fields[5].start : fields[5].end]
