"""Keys that a TPM keeps, as files: TSS2 PRIVATE KEY ("ASN.1 Specification for TPM 2.0 Key Files").

The public area in them is that of the "TPM 2.0 Library" of the Trusted Computing Group, part 2, 12.2.4.
"""

from mmap import mmap
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats import der
from pellucid.formats.span import take, unpack

# Loadable, importable and sealed keys: the object identifiers that a file begins with.
BEGINS = tuple(bytes.fromhex("06066781050a01" + arc) for arc in ("03", "04", "05"))
SHORT, NUMBER = Struct(">H"), Struct(">I")
HEAD = Struct(">HHI")
RSA, ECC, NONE, ECDAA = 0x01, 0x23, 0x10, 0x1A
DEFAULT_EXPONENT = 65537
CURVES = {3: "P-256", 4: "P-384", 5: "P-521"}


class TpmKey(msgspec.Struct, frozen=True, kw_only=True):
    """Of RSA `modulus` and `exponent`, else `curve` and the point `x`, `y`; other kinds have none of them."""

    modulus: int = 0
    exponent: int = 0
    curve: str = ""
    x: int = 0
    y: int = 0


def read(data: bytes | mmap, whole: der.Element) -> TpmKey:
    """The public half of the key in a file. Raises Malformed."""
    fields = list(der.children(data, whole, most=16))
    if len(fields) < 4 or fields[0].tag != der.OID or bytes(data[fields[0].start : fields[0].end]) not in BEGINS:
        raise Malformed("no key of a TPM")
    if [field.tag for field in fields[-3:]] != [der.INTEGER, der.OCTET_STRING, der.OCTET_STRING]:
        raise Malformed("a key of a TPM without its halves")
    public = bytes(data[fields[-2].content : fields[-2].end])
    area, _ = _sized(public, 0)
    return _public(area)


def _public(area: bytes) -> TpmKey:
    kind, _, _ = unpack(HEAD, area)
    _, at = _sized(area, HEAD.size)  # a policy
    if kind not in (RSA, ECC):
        return TpmKey()
    at = _scheme(area, at, 4)  # a symmetric cipher: key bits and mode
    at = _scheme(area, at, 2)  # what it signs with: a hash
    if kind == RSA:
        (exponent,) = unpack(NUMBER, area, at + SHORT.size)
        modulus, _ = _sized(area, at + SHORT.size + NUMBER.size)
        return TpmKey(modulus=int.from_bytes(modulus, "big"), exponent=exponent or DEFAULT_EXPONENT)
    (curve,) = unpack(SHORT, area, at)
    at = _scheme(area, at + SHORT.size, 2)  # what it derives keys with: a hash
    x, at = _sized(area, at)
    y, _ = _sized(area, at)
    if curve not in CURVES:
        return TpmKey()
    return TpmKey(curve=CURVES[curve], x=int.from_bytes(x, "big"), y=int.from_bytes(y, "big"))


def _scheme(area: bytes, at: int, details: int) -> int:
    """Where an algorithm and its details end; ECDAA has a counter more."""
    (algorithm,) = unpack(SHORT, area, at)
    extra = 2 if algorithm == ECDAA else 0
    return at + SHORT.size + (0 if algorithm == NONE else details + extra)


def _sized(data: bytes, at: int) -> tuple[bytes, int]:
    (size,) = unpack(SHORT, data, at)
    return take(data, at + SHORT.size, size), at + SHORT.size + size
