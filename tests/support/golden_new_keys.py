"""Golden inputs with keys that few programs make yet: post-quantum ones, and those that a TPM keeps."""

import base64
import struct
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, mldsa, mlkem, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from tests.support.golden_crypto import Make, in_data, write_missing

MADE_BY = "the cryptography package, once (tests/support/golden_new_keys.py); new keys whenever it is built again"
PRIVATE, PUBLIC, TSS2 = "crypto/private_keys", "crypto/public_keys", "crypto/tss2_keys"
SEED = bytes(range(64))


def build(root: Path) -> None:
    """Write the cases that are missing."""
    write_missing(root, CASES, MADE_BY)


def element(tag: int, content: bytes) -> bytes:
    size = len(content)
    head = (
        bytes([size]) if size < 0x80 else b"\x81" + bytes([size]) if size < 256 else b"\x82" + struct.pack(">H", size)
    )
    return bytes([tag]) + head + content


def public(key: mldsa.MLDSA65PrivateKey | mlkem.MLKEM768PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def private(key: mldsa.MLDSA65PrivateKey | mlkem.MLKEM768PrivateKey) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def ml_kem_512() -> bytes:
    """A public key: any numbers below 3329, packed in 12 bits each, and any seed are one."""
    numbers = [i * 977 % 3329 for i in range(512)]
    packed = b"".join((a | b << 12).to_bytes(3, "little") for a, b in zip(numbers[::2], numbers[1::2], strict=True))
    algorithm = element(0x30, bytes.fromhex("0609608648016503040401"))
    return element(0x30, algorithm + element(3, b"\0" + packed + SEED[:32]))


def prefixes() -> list[bytes]:
    """What stands before the key in keys of ML-DSA, two bytes of alignment behind each; more data follows."""
    sizes = {0x11: 1312, 0x12: 1952, 0x13: 2592}
    rows = [
        b"\x30\x82" + struct.pack(">H", size + 18) + bytes.fromhex(f"300b06096086480165030403{arc:02x}")
        + b"\x03\x82" + struct.pack(">H", size + 1) + bytes(3)
        for arc, size in sizes.items()
    ]  # fmt: skip
    return [b"".join(rows), b"parameters of a key " * 200]


def ml_kem_512_private() -> bytes:
    """PKCS#8 with a seed (RFC 9935, 6)."""
    algorithm = element(0x30, bytes.fromhex("0609608648016503040401"))
    content = element(0x30, element(2, b"\0") + algorithm + element(4, element(0x80, SEED)))
    body = base64.encodebytes(content)
    return b"-----BEGIN PRIVATE KEY-----\n" + body + b"-----END PRIVATE KEY-----\n"


def unsound_rsa() -> bytes:
    """A key with the exponent 1 as a SubjectPublicKeyInfo, and one with 4 as PKCS#1, both in PEM."""
    modulus = rsa.generate_private_key(65537, 1024).public_key().public_numbers().n
    numbers = [element(2, modulus.to_bytes(129, "big")) + element(2, bytes([exponent])) for exponent in (1, 4)]
    one, four = (element(0x30, pair) for pair in numbers)
    info = element(0x30, bytes.fromhex("300d06092a864886f70d0101010500") + element(3, b"\0" + one))
    return b"".join(
        b"-----BEGIN %s-----\n%s-----END %s-----\n" % (label, base64.encodebytes(content), label)
        for label, content in ((b"PUBLIC KEY", info), (b"RSA PUBLIC KEY", four))
    )


def tpm_key(area: bytes) -> bytes:
    """A file with a public area and a private half that only the TPM can read."""
    public_half = struct.pack(">H", len(area)) + area
    fields = bytes.fromhex("06066781050a0103") + element(0xA0, b"\1\1\xff") + element(2, b"\x40\0\0\1")
    return element(0x30, fields + element(4, public_half) + element(4, struct.pack(">H", 64) + bytes(range(64))))


def tpm_rsa() -> bytes:
    modulus = rsa.generate_private_key(65537, 1024).public_key().public_numbers().n.to_bytes(128, "big")
    head = struct.pack(">HHIHHHHI", 1, 0x0B, 0x60472, 0, 0x10, 0x10, 1024, 0)
    return tpm_key(head + struct.pack(">H", 128) + modulus)


def tpm_ec() -> bytes:
    """A parent key: it has a cipher (AES-128 in CFB mode), a scheme (ECDSA with SHA-256) and a curve."""
    numbers = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    head = struct.pack(">HHIHHHHHHHH", 0x23, 0x0B, 0x60472, 0, 6, 128, 0x43, 0x18, 0x0B, 3, 0x10)
    point = b"".join(struct.pack(">H", 32) + value.to_bytes(32, "big") for value in (numbers.x, numbers.y))
    return tpm_key(head + point)


def in_pem(content: bytes) -> bytes:
    return b"-----BEGIN TSS2 PRIVATE KEY-----\n" + base64.encodebytes(content) + b"-----END TSS2 PRIVATE KEY-----\n"


CASES: dict[str, tuple[Make, str]] = {
    f"{PUBLIC}/post-quantum": (
        lambda _: in_data(
            public(mldsa.MLDSA65PrivateKey.generate()), public(mlkem.MLKEM768PrivateKey.generate()), ml_kem_512()
        ),
        "ML-DSA-65, ML-KEM-768 and ML-KEM-512 keys in unknown data",
    ),
    f"{PUBLIC}/prefixes": (lambda _: in_data(*prefixes()), "a program's table of what such keys begin with"),
    f"{PUBLIC}/unsound-exponents": (lambda _: unsound_rsa(), "two RSA keys with exponents that libraries refuse"),
    f"{PRIVATE}/post-quantum": (
        lambda _: in_data(private(mldsa.MLDSA65PrivateKey.generate()), private(mlkem.MLKEM768PrivateKey.generate())),
        "ML-DSA-65 and ML-KEM-768 keys in unknown data, as seeds",
    ),
    f"{PRIVATE}/ml-kem-512": (lambda _: ml_kem_512_private(), "a key of which only the algorithm can be told"),
    f"{TSS2}/rsa-pem": (lambda _: in_pem(tpm_rsa()), "an RSA key of a TPM in PEM"),
    f"{TSS2}/ec-der": (lambda _: in_data(tpm_ec()), "an EC key of a TPM in unknown data"),
    f"{TSS2}/sealed": (
        lambda _: in_pem(tpm_key(struct.pack(">HHIHH", 8, 0x0B, 0x52, 0, 0x10) + bytes(34))),
        "something else that a TPM has sealed",
    ),
    f"{TSS2}/damaged": (lambda _: in_data(tpm_ec()[:-100]), "a key of a TPM without its end"),
}
