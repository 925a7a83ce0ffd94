"""Golden inputs of the analyzer that reads what libraries say of themselves."""

from collections.abc import Iterator

from tests.support.elf_files import EXECUTABLE, Shape, elf_file
from tests.support.golden_case import Case

UNIT = "crypto/built_in_algorithms"
PROGRAM = Shape(type=EXECUTABLE)
GROUPS = bytes.fromhex("000a000600040017001d")
LIBGCRYPT = b"This is Libgcrypt 1.10.1 - The GNU Crypto Library"


def cases() -> Iterator[Case]:
    lists = (LIBGCRYPT, b"arcfour:des:idea:chacha20", b"rsa", b"crc:gostr3411-94::md4:sha3", b"HMAC_SHA512_256", b"md2")
    yield _case(
        "libgcrypt", lists, "libgcrypt's lists, with the name of MD2 beside them, and a text that ends a longer one"
    )
    near = (LIBGCRYPT, b"arcfour", b"gost-idea:seedling", b"aes192:x-des", b"XX448", b"X4480", b"sha1sum")
    yield _case("near", near, "names that are in no list, or part of others")
    openssl = (b"OpenSSL Default Provider", b"X25519:1.3.101.110", b"CTR-DRBG", b"X448")
    yield _case("openssl", openssl, "names of OpenSSL's default provider, and one that any program could have")
    tls = (
        b"BusyBox v1.36.1 (2024-01-01)",
        b"tls error at line %d cipher:%04x\n",
        b"md5sum",
        b"sha3sum",
        b"[rounds=%u$",
    )
    yield _case("busybox", tls, "BusyBox with TLS and crypt")
    mbed = (b"mbedtls_ecp_group_load", b"secp256r1", b"x25519")
    yield _case("mbedtls", mbed, "Mbed TLS's table of curves")
    banners = (
        b"Poly1305 for ARMv8, CRYPTOGAMS by @dot-asm",
        b"GHASH for ARMv8, CRYPTOGAMS by @dot-asm",
        b"RC4 for fun",
    )
    yield _case("cryptogams", banners, "what pieces of assembler are for")
    yield _case("no-library", (*lists[1:], *openssl[1:], *tls[1:], *mbed[1:]), "the same texts in another program")
    text = b"\n".join((*lists, *tls)) + b"\n"
    yield Case(f"{UNIT}/text", text, "the same texts in a document")


def _case(name: str, texts: tuple[bytes, ...], what: str) -> Case:
    return Case(f"{UNIT}/{name}", elf_file(PROGRAM, payload=b"\0" + b"\0".join(texts) + b"\0"), what)
