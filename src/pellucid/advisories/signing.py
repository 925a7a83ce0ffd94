"""Keys that sign bundles of advisories (Ed25519, RFC 8032): kept in the data directory, told by their public half."""

import base64
import binascii
import os
from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from pellucid.errors import ConfigurationError, Malformed

FILE = "advisories-key.pem"
PREFIX = "ed25519:"
KEY_BYTES, SIGNATURE_BYTES = 32, 64


def own_key(data_dir: Path, *, create: bool = False) -> Ed25519PrivateKey | None:
    """The key of this installation, made (mode 0600) when there is none yet; None when it is not to be made.

    Raises ConfigurationError for a file that holds another thing.
    """
    path = data_dir / FILE
    if create and not path.exists():
        key = Ed25519PrivateKey.generate()
        text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Never visible half written, nor to others; who comes second takes the key of who came first.
        fresh = path.with_name(f"{FILE}.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
        try:
            path.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    if not path.exists():
        return None
    try:
        found = load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError) as error:
        raise ConfigurationError(f"{path} is no key: {error}.") from None
    if not isinstance(found, Ed25519PrivateKey):
        raise ConfigurationError(f"{path} is no Ed25519 key.")
    return found


def public_text(key: Ed25519PrivateKey) -> str:
    """The public half as it is told to others: "ed25519:" and base64."""
    return PREFIX + base64.b64encode(key.public_key().public_bytes_raw()).decode()


def trusted(words: Iterable[str]) -> frozenset[str]:
    """Public keys as they are given in settings and options; raises ConfigurationError for what is none."""
    found = set()
    for word in words:
        try:
            raw = base64.b64decode(word.removeprefix(PREFIX), validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        if not word.startswith(PREFIX) or len(raw) != KEY_BYTES:
            raise ConfigurationError(f"{word!r} is no public key; one looks like {PREFIX}… and 44 characters.")
        found.add(PREFIX + base64.b64encode(raw).decode())
    return frozenset(found)


def is_signed(key: str, signature: bytes, content: bytes) -> bool:
    """Whether the signature over `content` is by the owner of this public key. Raises Malformed for no key."""
    try:
        raw = base64.b64decode(key.removeprefix(PREFIX), validate=True)
        Ed25519PublicKey.from_public_bytes(raw).verify(signature, content)
    except InvalidSignature:
        return False
    except (binascii.Error, ValueError):
        raise Malformed("the bundle names no key that could have signed it") from None
    return True
