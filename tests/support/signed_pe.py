"""A builder of PE images with the fields that protect them, and of Authenticode signatures of them."""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

TEXT, DATA, EXECUTE_READ, READ_WRITE = ".text", ".data", 0x60000020, 0xC0000040
PROGRAM, LIBRARY, STRIPPED = 0x22, 0x2022, 1
MACHINES = {32: 0x14C, 64: 0x8664}
OPTIONAL = {32: 96, 64: 112}
CHECKSUM_AT = 0x58 + 64
SIGNER, CLOCK, ISSUER = (ec.derive_private_key(number, ec.SECP256R1()) for number in (3, 5, 7))
SHA256, ECDSA_SHA256 = "2.16.840.1.101.3.4.2.1", "1.2.840.10045.4.3.2"


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The fields of the headers, and what is in the sections: `config` is a load configuration's fields by offset."""

    bits: int = 64
    subsystem: int = 3
    flags: int = PROGRAM
    library_flags: int = 0
    alignment: int = 4096
    entry: int = 0x1000
    sections: tuple[tuple[str, int], ...] = ((TEXT, EXECUTE_READ), (DATA, READ_WRITE))
    relocations: bool = True
    config: tuple[tuple[int, int], ...] = ()
    extended: int | None = None


def image(shape: Shape) -> bytes:
    """A PE image with sections of 512 bytes; in the last one stand the relocations and the load configuration."""
    optional = OPTIONAL[shape.bits] + 128
    first = 1024
    last = 4096 * len(shape.sections)
    directories = [(0, 0)] * 16
    body = bytearray(512 * len(shape.sections))
    tail = len(body) - 512
    if shape.relocations:
        directories[5] = (last, 12)
    if shape.config:
        directories[10] = (last + 16, 64)
        struct.pack_into("<I", body, tail + 16, 256)
        for at, value in shape.config:
            struct.pack_into("<I" if shape.bits == 32 else "<Q", body, tail + 16 + at, value)
    if shape.extended is not None:
        directories[6] = (last + 400, 28)
        entry = (0, 0, 0, 0, 20, 4, last + 440, first + tail + 440)
        struct.pack_into("<IIHHIIII", body, tail + 400, *entry)
        struct.pack_into("<I", body, tail + 440, shape.extended)
    head = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40)
    head += struct.pack(
        "<4sHHIIIHH", b"PE\0\0", MACHINES[shape.bits], len(shape.sections), 0, 0, 0, optional, shape.flags
    )
    fields = struct.pack("<H14xI12xI", 0x10B if shape.bits == 32 else 0x20B, shape.entry, shape.alignment)
    fields += struct.pack("<I20xIIHH", 512, first, 0x12345678, shape.subsystem, shape.library_flags)
    head += fields.ljust(OPTIONAL[shape.bits] - 4, b"\0") + struct.pack("<I", 16)
    head += b"".join(struct.pack("<II", *item) for item in directories)
    for number, (name, flags) in enumerate(shape.sections):
        place = (512, 4096 * (number + 1), 512, first + 512 * number)
        head += struct.pack("<8sIIIIIIHHI", name.encode(), *place, 0, 0, 0, 0, flags)
    return head.ljust(first, b"\0") + bytes(body)


def with_signatures(data: bytes, *signatures: bytes) -> bytes:
    """The image with these signatures behind it, each at a multiple of eight."""
    table = b""
    for signature in signatures:
        table += struct.pack("<IHH", 8 + len(signature), 0x200, 2) + signature
        table += bytes(-len(table) % 8)
    place = directory_at(data)
    return data[:place] + struct.pack("<II", len(data), len(table)) + data[place + 8 :] + table


def directory_at(data: bytes) -> int:
    """Where the image says where its signatures are."""
    bits = 32 if data[0x58:0x5A] == b"\x0b\x01" else 64
    return 0x58 + OPTIONAL[bits] + 4 * 8


def signature(
    data: bytes,
    *,
    stamped: datetime | None = None,
    stamps: bytes = b"",
    countersigned: datetime | None = None,
    unsigned: bytes = b"",
    key: ec.EllipticCurvePrivateKey = SIGNER,
) -> bytes:
    """An Authenticode signature of an image; its certificate is valid from 2020 up to 2030.

    With another `key`, it is not made by the one of its certificate; with `stamps`, the time stamp is of that.
    A countersignature is the older form of a time stamp.
    """
    place = directory_at(data)
    digest = hashlib.sha256(data[:CHECKSUM_AT] + data[CHECKSUM_AT + 4 : place] + data[place + 8 :]).digest()
    link = tlv(0xA0, tlv(0xA2, tlv(0x80, b"")))
    what = tlv(0x30, oid("1.3.6.1.4.1.311.2.1.15"), tlv(0x30, b"\x03\x01\0", link))
    content = what + tlv(0x30, tlv(0x30, oid(SHA256), b"\x05\0"), tlv(0x04, digest))
    certificate = certificate_of("Publisher", SIGNER, ExtendedKeyUsageOID.CODE_SIGNING, 2030)
    root = certificate_of("Root", ISSUER, None, 2040)
    made = signed_by(certificate, key, content, kind="1.3.6.1.4.1.311.2.1.4")
    if stamped:
        unsigned += attribute("1.3.6.1.4.1.311.3.3.1", _token(stamps or _value(made), stamped))
    clock = certificate_of("Clock", CLOCK, ExtendedKeyUsageOID.TIME_STAMPING, 2040)
    if countersigned:
        time = attribute("1.2.840.113549.1.9.5", tlv(0x17, countersigned.strftime("%y%m%d%H%M%SZ").encode()))
        witness = signed_by(clock, CLOCK, _value(made), kind="1.2.840.113549.1.7.1", also=time)
        unsigned += attribute("1.2.840.113549.1.9.6", tlv(0x30, witness))
    made += tlv(0xA1, unsigned) if unsigned else b""
    return message("1.3.6.1.4.1.311.2.1.4", tlv(0x30, content), (certificate, root, clock), made)


def message(kind: str, content: bytes, certificates: Sequence[x509.Certificate], signer: bytes) -> bytes:
    """Signed data with one signer, whose fields these are."""
    carried = b"".join(item.public_bytes(Encoding.DER) for item in certificates)
    body = tlv(
        0x30,
        b"\x02\x01\x01",
        tlv(0x31, tlv(0x30, oid(SHA256), b"\x05\0")),
        tlv(0x30, oid(kind), tlv(0xA0, content)),
        tlv(0xA0, carried),
        tlv(0x31, tlv(0x30, signer)),
    )
    return tlv(0x30, oid("1.2.840.113549.1.7.2"), tlv(0xA0, body))


def signed_by(
    certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey, content: bytes, *, kind: str, also: bytes = b""
) -> bytes:
    """The fields of a signer, up to the signature."""
    stated = attribute("1.2.840.113549.1.9.3", oid(kind))
    stated += attribute("1.2.840.113549.1.9.4", tlv(0x04, hashlib.sha256(content).digest())) + also
    value = key.sign(tlv(0x31, stated), ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    serial = bytes((certificate.serial_number,))
    return b"".join(
        (
            b"\x02\x01\x01",
            tlv(0x30, certificate.issuer.public_bytes(), tlv(0x02, serial)),
            tlv(0x30, oid(SHA256), b"\x05\0"),
            tlv(0xA0, stated),
            tlv(0x30, oid(ECDSA_SHA256)),
            tlv(0x04, value),
        )
    )


def certificate_of(
    name: str, key: ec.EllipticCurvePrivateKey, purpose: x509.ObjectIdentifier | None, ends: int
) -> x509.Certificate:
    """One that the root made, which is its own."""
    subject, root = (x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)]) for text in (name, "Root"))
    dates = datetime(2020, 1, 1, tzinfo=UTC), datetime(ends, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(root, subject, key.public_key(), 1 + len(name), *dates)
    if purpose:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
    else:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return builder.sign(ISSUER, hashes.SHA256(), ecdsa_deterministic=True)


def _value(signer: bytes) -> bytes:
    """The signature, which stands at the end of what a signer is."""
    return signer[signer.rindex(oid(ECDSA_SHA256)) + len(oid(ECDSA_SHA256)) + 2 :]


def _token(value: bytes, at: datetime) -> bytes:
    """A time stamp of a signature."""
    imprint = tlv(0x30, tlv(0x30, oid(SHA256), b"\x05\0"), tlv(0x04, hashlib.sha256(value).digest()))
    time = tlv(0x18, at.strftime("%Y%m%d%H%M%SZ").encode())
    stated = tlv(0x30, b"\x02\x01\x01", oid("1.2.3.4"), imprint, b"\x02\x01\x09", time)
    kind = "1.2.840.113549.1.9.16.1.4"
    clock = certificate_of("Clock", CLOCK, ExtendedKeyUsageOID.TIME_STAMPING, 2040)
    return message(kind, tlv(0x04, stated), (clock,), signed_by(clock, CLOCK, stated, kind=kind))


def attribute(name: str, value: bytes) -> bytes:
    return tlv(0x30, oid(name), tlv(0x31, value))


def tlv(tag: int, *parts: bytes) -> bytes:
    """An element of DER."""
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = length.to_bytes(-(-length.bit_length() // 8), "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def oid(text: str) -> bytes:
    """An object identifier in DER."""
    first, second, *arcs = map(int, text.split("."))
    out = bytes((first * 40 + second,))
    for arc in arcs:
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        out += bytes(reversed(groups))
    return tlv(0x06, out)
