"""Golden inputs with key stores of BouncyCastle: as its provider writes them, keys derived by OpenSSL."""

import hmac
import struct
from pathlib import Path

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import CBC
from tests.support.golden_crypto import Make, certificate_der, in_data, run, write_missing
from tests.support.golden_keys import java_text, string

MADE_BY = "OpenSSL, once (tests/support/golden_bouncy.py); new keys whenever it is built again"
STORES = "crypto/keystores"
SALT, ROUNDS = bytes(range(100, 120)), 1100
KEY, IV, MAC = 1, 2, 3


def build(root: Path) -> None:
    """Write the cases that are missing."""
    write_missing(root, CASES, MADE_BY)


def derived(password: str, purpose: int, length: int, rounds: int) -> bytes:
    """`length` bytes as PKCS#12 derives them."""
    secret = (password + "\0").encode("utf-16-be").hex()
    values = (f"hexpass:{secret}", f"hexsalt:{SALT.hex()}", f"iter:{rounds}", f"id:{purpose}", "digest:SHA1")
    options = [part for value in values for part in ("-kdfopt", value)]
    return run("openssl", "kdf", "-keylen", str(length), *options, "-binary", "PKCS12KDF")


def sealed(folder: Path, password: str, rounds: int = ROUNDS) -> bytes:
    """The last key that was made, as a BKS encrypts it."""
    plain = run("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", str(folder / "key.pem"), "-outform", "DER")
    text = b"\0" + java_text("PKCS#8") + java_text("EC") + string(plain)
    text += bytes([8 - len(text) % 8]) * (8 - len(text) % 8)
    cipher = Cipher(TripleDES(derived(password, KEY, 24, ROUNDS)), CBC(derived(password, IV, 8, ROUNDS))).encryptor()
    return string(SALT) + struct.pack(">I", rounds) + cipher.update(text) + cipher.finalize()


def bks(folder: Path, password: str, *, version: int = 2, rounds: int = ROUNDS, key_rounds: int = ROUNDS) -> bytes:
    """A trusted certificate, and a sealed key with its certificate."""
    trusted, own = certificate_der(folder), certificate_der(folder)
    head = struct.pack(">I", version) + string(SALT) + struct.pack(">I", rounds)
    entries = b"\1" + java_text("authority") + bytes(12) + java_text("X.509") + string(trusted)
    entries += b"\4" + java_text("device") + struct.pack(">QI", 1_700_000_000_000, 1) + java_text("X.509")
    entries += string(own) + string(sealed(folder, password, key_rounds)) + b"\0"
    key = derived(password, MAC, 20 if version == 2 else 2, min(rounds, ROUNDS))
    return head + entries + hmac.digest(key, entries, "sha1")


def uber(_: Path) -> bytes:
    return struct.pack(">I", 1) + string(SALT) + struct.pack(">I", ROUNDS) + bytes(7 * at % 256 for at in range(160))


CASES: dict[str, tuple[Make, str]] = {
    f"{STORES}/bks": (lambda at: bks(at, "changeit"), "a BKS store with a password that everybody knows"),
    f"{STORES}/bks-v1": (
        lambda at: in_data(bks(at, "changeit", version=1)),
        "a BKS store of version 1, whose HMAC has 16 bits of key, in unknown data",
    ),
    f"{STORES}/bks-locked": (lambda at: bks(at, "hgT5-unknown"), "a BKS store that nobody can open"),
    f"{STORES}/bks-slow": (
        lambda at: bks(at, "hgT5-unknown", rounds=1 << 31),
        "a store with more rounds than BouncyCastle accepts: none",
    ),
    f"{STORES}/uber": (uber, "a UBER store, of which all is encrypted"),
    f"{STORES}/bks-damaged": (lambda at: bks(at, "changeit")[:-30], "a BKS store without its end"),
    "crypto/x509_certificates/bks": (lambda at: bks(at, "changeit"), "two certificates in a BKS store"),
}
